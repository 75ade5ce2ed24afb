/** Characters of what CloudFormation fills in, with the longest names that AWS has. */
const longest: Readonly<Record<string, number>> = {
  "AWS::Partition": "aws-us-gov".length,
  "AWS::Region": "ap-southeast-1".length,
  "AWS::AccountId": "123456789012".length,
};

/** Of an ARN that CloudFormation knows. */
const other = 128;

/** Characters of a value as JSON without white space, once CloudFormation has filled in everything. */
export function filledLength(value: unknown): number {
  return JSON.stringify(value)
    .replace(/\{"Fn::Sub":("(?:[^"\\]|\\.)*")\}/g, "$1")
    .replace(/\{"Fn::GetAtt":\[[^\]]*\]\}/g, `"${"x".repeat(other)}"`)
    .replace(/\{"Ref":"([^"]*)"\}/g, (_, name: string) => `"${"x".repeat(longest[name] ?? other)}"`)
    .replace(/\$\{([^}]+)\}/g, (_, name: string) => "x".repeat(longest[name] ?? other)).length;
}
