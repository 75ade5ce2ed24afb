/**
 * The tag by which a schedule that the stack has switched off, or CloudFormation is about to while it upgrades the stack, is
 * told from one that a person did.
 */
export const scheduleTag = "quarterturn:schedule";
