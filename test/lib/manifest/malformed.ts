const long = "a".repeat(513);

/** A manifest of one secret that rotates in place; `more` stands in it, from line 4 on. */
const inPlace = (more: string) => `secrets:\n  app:\n    strategy: in-place\n    ${more}`;
/** A manifest of one secret of which nothing is said but `more`, from line 3 on. */
const secret = (more: string) => `secrets:\n  app:\n    ${more}`;
const good = "{ strategy: in-place }";
const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf";
/** What is wrong, the manifest, and every problem that it is refused with. */
type Row = readonly [wrong: string, manifest: string, problems: string | readonly string[]];

export const malformed: Readonly<Record<string, readonly Row[]>> = {
  "what is no manifest": [
    [
      "an empty file",
      "",
      "rotation.yml:1: the manifest is empty: it must be a mapping, like { secrets: { production/database/primary: { strategy: in-place } } }",
    ],
    [
      "brackets without end",
      `secrets: ${"[".repeat(20_000)}${"]".repeat(20_000)}`,
      "rotation.yml:1: it is nested too deeply to be a manifest",
    ],
    [
      "an alias that stands inside of what it means",
      "secrets: &all { app: { strategy: in-place, more: [*all] } }",
      "rotation.yml:1: *all is inside the value that it refers to, which never ends: write the value itself",
    ],
    [
      "text with NUL in it",
      "secrets:\n  a\0: {}",
      "rotation.yml:1: it is not UTF-8 text: save it as UTF-8",
    ],
    [
      "no secrets",
      "defaults: {}",
      "rotation.yml:1: secrets: is missing: it must be a mapping, like { production/database/primary: { strategy: in-place } }",
    ],
    [
      "an empty list of secrets",
      "secrets:",
      "rotation.yml:1: secrets: is empty: it must be a mapping, like { production/database/primary: { strategy: in-place } }",
    ],
    [
      "a word",
      "secrets",
      'rotation.yml:1: must be a mapping, like { secrets: { production/database/primary: { strategy: in-place } } }, not "secrets"',
    ],
    [
      "a list of secrets",
      "secrets:\n  - app",
      "rotation.yml:1: secrets: must be a mapping, like { production/database/primary: { strategy: in-place } }, not a list",
    ],
    [
      "a bracket left open",
      "secrets:\n  app: {",
      "rotation.yml:2: Flow map in block collection must be sufficiently indented and end with a }",
    ],
    [
      "a tab for indentation",
      "secrets:\n\tapp: {}",
      "rotation.yml:2: tabs cannot indent YAML: use spaces",
    ],
    [
      "a key twice",
      "secrets: {}\nsecrets: {}",
      "rotation.yml:2: the key secrets occurs twice: remove one of them",
    ],
    [
      "a secret twice",
      `secrets:\n  app: ${good}\n  app: ${good}`,
      "rotation.yml:3: the key app occurs twice: remove one of them",
    ],
    [
      "an anchor that is not there",
      "secrets:\n  app: *other",
      "rotation.yml:2: *other refers to no anchor: add &other above, at the value that is meant",
    ],
    [
      "two documents",
      "secrets: {}\n---\nsecrets: {}",
      "rotation.yml:2: a second document begins here (---): a manifest is a single document",
    ],
  ],
  "access keys of IAM users": [
    [
      "no user",
      secret("type: iam"),
      "rotation.yml:2: secrets.app: no user: name the IAM user whose key it is, e.g. `user: uploads`",
    ],
    [
      "an ARN instead of a name",
      secret('type: iam\n    user: "arn:aws:iam::123456789012:user/uploads"'),
      'rotation.yml:4: secrets.app.user: "arn:aws:iam::123456789012:user/uploads" is not the name of an IAM user: letters, digits and +=,.@_-, behind its path (apps/uploads) and without arn:',
    ],
    [
      "every user",
      secret('type: iam\n    user: "*"'),
      'rotation.yml:4: secrets.app.user: "*" is not the name of an IAM user: letters, digits and +=,.@_-, behind its path (apps/uploads) and without arn:',
    ],
    [
      "an unknown variable in the user's name",
      secret(`type: iam\n    user: "\${region}-uploads"`),
      `rotation.yml:4: secrets.app.user: "\${region}-uploads" contains the unknown variable \${region}: only \${stage} is replaced in a name`,
    ],
    [
      "a field with two uses",
      secret("type: iam\n    user: uploads\n    fields: { id: KEY, secret: KEY }"),
      "rotation.yml:5: secrets.app.fields.secret: the field KEY has two uses in this credential: name another field",
    ],
    [
      "an SMTP login in no Region",
      secret("type: iam\n    user: uploads\n    ses: [{ region: Frankfurt, password: PASSWORD }]"),
      "rotation.yml:5: secrets.app.ses.0.region: must be a Region of AWS, like eu-central-1",
    ],
    [
      "an SMTP login that would be written over the key",
      secret(
        "type: iam\n    user: uploads\n    ses: [{ region: eu-central-1, password: secret_access_key }]",
      ),
      "rotation.yml:5: secrets.app.ses.0.password: the field secret_access_key has two uses in this credential: name another field",
    ],
    [
      "two keys of one user in one secret",
      secret(
        "credentials:\n      - { type: iam, user: uploads }\n      - { type: iam, user: uploads, fields: { id: ID, secret: SECRET } }",
      ),
      "rotation.yml:5: secrets.app.credentials.1: is of the same user as credentials.0: a user has two keys at most, and a rotation needs both; give each credential a user of its own",
    ],
  ],
  "generated values, plain secrets and their fields": [
    [
      "a generated value without a form",
      "secrets:\n  app: { type: generated, field: KEY }",
      "rotation.yml:2: secrets.app: no format: write what the value looks like, e.g. `format: hex` (or base64, base64url, alphanumeric, uuid)",
    ],
    [
      "an unknown form",
      secret("type: generated\n    format: base32\n    field: KEY"),
      'rotation.yml:4: secrets.app.format: must be one of hex, base64, base64url, alphanumeric, uuid, not "base32" (did you mean "base64"?)',
    ],
    [
      "a value that can be guessed",
      secret("type: generated\n    format: hex\n    field: KEY\n    bytes: 8"),
      "rotation.yml:6: secrets.app.bytes: gives 64 bits of entropy, at least 128 are required: use bytes: 16 or more",
    ],
    [
      "a short alphanumeric value",
      secret("type: generated\n    format: alphanumeric\n    field: KEY\n    length: 21"),
      "rotation.yml:6: secrets.app.length: gives 125 bits of entropy, at least 128 are required: use length: 22 or more",
    ],
    [
      "a UUID of another size",
      secret("type: generated\n    format: uuid\n    field: KEY\n    bytes: 32\n    length: 3"),
      [
        "rotation.yml:6: secrets.app.bytes: uuid is not measured in bytes: remove it",
        "rotation.yml:7: secrets.app.length: uuid has a fixed length: remove it",
      ],
    ],
    [
      "bytes where characters count",
      secret("type: generated\n    format: alphanumeric\n    field: KEY\n    bytes: 32"),
      "rotation.yml:6: secrets.app.bytes: alphanumeric is not measured in bytes: use length",
    ],
    [
      "a length where bytes count",
      secret("type: generated\n    format: hex\n    field: KEY\n    length: 64"),
      "rotation.yml:6: secrets.app.length: hex is measured in bytes: use bytes",
    ],
    [
      "a generated value with a server",
      secret(
        "type: generated\n    format: hex\n    field: KEY\n    strategy: in-place\n    urls: [URL]",
      ),
      [
        "rotation.yml:6: secrets.app.strategy: belongs to type postgres or mysql, but this credential has type generated: change its type, or remove the key",
        "rotation.yml:7: secrets.app.urls: belongs to type postgres or mysql, but this credential has type generated: change its type, or remove the key",
      ],
    ],
    [
      "a login with a form",
      inPlace("format: hex\n    field: KEY"),
      [
        "rotation.yml:4: secrets.app.format: belongs to type generated, but this credential has type postgres (the default): write `type: generated`, or remove the key",
        "rotation.yml:5: secrets.app.field: belongs to type generated, but this credential has type postgres (the default): write `type: generated`, or remove the key",
      ],
    ],
    [
      "a prefix with a space",
      secret("type: generated\n    format: hex\n    field: KEY\n    prefix: 'sk live'"),
      "rotation.yml:6: secrets.app.prefix: must be 1 to 64 printable ASCII characters without spaces",
    ],
    [
      "a date for a value before that is kept nowhere",
      secret("type: generated\n    format: hex\n    field: KEY\n    previousExpiresAt: UNTIL"),
      "rotation.yml:6: secrets.app.previousExpiresAt: needs a previous value: name the field that keeps it under previous",
    ],
    [
      "an overlap that nobody reads",
      secret(
        "type: generated\n    format: hex\n    field: KEY\n    previous: OLD\n    overlap: 1h",
      ),
      "rotation.yml:7: secrets.app.overlap: is stored nowhere: name a field for it under previousExpiresAt",
    ],
    [
      "a value before beside a secret without fields",
      secret("type: generated\n    format: hex\n    previous: OLD"),
      "rotation.yml:5: secrets.app.previous: needs a secret with fields: name the field of the value itself under field",
    ],
    [
      "two entries that claim the same field",
      secret(
        "credentials:\n      - { type: generated, format: hex, field: KEY }\n      - { type: generated, format: uuid, field: KEY }",
      ),
      "rotation.yml:5: secrets.app.credentials.1.field: the field KEY is already rotated by credentials.0: name another field under field",
    ],
    [
      "a value before that is another credential",
      secret(
        "credentials:\n      - { strategy: in-place, fields: { password: PW } }\n      - { type: generated, format: hex, field: KEY, previous: PW }",
      ),
      "rotation.yml:5: secrets.app.credentials.1.previous: the field PW is already rotated by credentials.0: name another field under previous",
    ],
    [
      "a date of rotation where a password is",
      inPlace("rotatedAt: password"),
      "rotation.yml:4: secrets.app.rotatedAt: the field password is already rotated by the credential: name another field under rotatedAt",
    ],
    [
      "a plain password of nobody",
      inPlace("plain: password"),
      [
        "rotation.yml:4: secrets.app.plain: the secret holds only the password: add the host under connection.host",
        "rotation.yml:4: secrets.app.plain: the secret holds only the password: add the username under connection.username",
      ],
    ],
    [
      "fields of plain text",
      inPlace("plain: url\n    urls: [URL]\n    fields: { host: H }"),
      [
        "rotation.yml:5: secrets.app.urls: the secret is plain text (plain: url) and has no fields: remove it",
        "rotation.yml:6: secrets.app.fields: the secret is plain text (plain: url) and has no fields: remove it",
      ],
    ],
    [
      "plain text with two credentials in it",
      secret(
        "credentials:\n      - { strategy: in-place, plain: url }\n      - { type: generated, format: hex, field: KEY }",
      ),
      "rotation.yml:4: secrets.app.credentials.0: is the whole secret, beside other credentials: name its field, or make it the only credential",
    ],
    [
      "plain text with a date in it",
      inPlace("plain: url\n    rotatedAt: rotated_at"),
      "rotation.yml:5: secrets.app.rotatedAt: needs a secret with fields, but this one is the credential itself: remove it",
    ],
    [
      "a value that is to be its own predecessor",
      secret("type: generated\n    format: hex\n    field: KEY\n    previous: KEY"),
      "rotation.yml:6: secrets.app.previous: the field KEY is already this credential's field: name another field",
    ],
    [
      "a date where the value before is to be",
      secret(
        "type: generated\n    format: hex\n    field: KEY\n    previous: OLD\n    previousExpiresAt: OLD",
      ),
      "rotation.yml:7: secrets.app.previousExpiresAt: the field OLD is already this credential's previous: name another field",
    ],
    [
      "one field by two names",
      secret(
        "credentials:\n      - { type: generated, format: hex, field: KEY }\n      - { type: generated, format: uuid, field: /KEY }",
      ),
      "rotation.yml:5: secrets.app.credentials.1.field: the field /KEY (which overlaps KEY) is already rotated by credentials.0: name another field under field",
    ],
    [
      "a field inside another one",
      secret(
        "credentials:\n      - { type: generated, format: hex, field: /a }\n      - { type: generated, format: uuid, field: /a/KEY }",
      ),
      "rotation.yml:5: secrets.app.credentials.1.field: the field /a/KEY (which overlaps /a) is already rotated by credentials.0: name another field under field",
    ],
    [
      "a URL by two names",
      inPlace("urls: [URL, /URL]"),
      "rotation.yml:4: secrets.app.urls.1: the field /URL (which overlaps URL) is already this credential's urls: name another field",
    ],
    [
      "no fields, and no URL either",
      inPlace("fields: {}"),
      "rotation.yml:4: secrets.app.fields: is empty, which means that the login is only in a URL: name the URL's field under urls",
    ],
    [
      "plain text with a mirror of its fields",
      inPlace("plain: url\n    mirror: { prefix: /app/ }"),
      "rotation.yml:5: secrets.app.mirror: needs a secret with fields, but this one is the credential itself: remove it",
    ],
    [
      "a pointer to nothing",
      inPlace("urls: [/]"),
      "rotation.yml:4: secrets.app.urls.0: names no field: give a field's name, or a JSON Pointer like /database/password",
    ],
  ],
  "unknown keys": [
    [
      "a slip at the top",
      "secret: {}\nsecrets: {}",
      'rotation.yml:1: secret: unknown key "secret" (did you mean "secrets"?)',
    ],
    [
      "a default at the top",
      "clusters: [production]\nsecrets: {}",
      'rotation.yml:1: clusters: unknown key "clusters": move it under defaults',
    ],
    [
      "what cannot be a default",
      "defaults:\n  urls: [a]\nsecrets: {}",
      'rotation.yml:2: defaults.urls: unknown key "urls": it cannot be a default; move it to each secret',
    ],
    [
      "what cannot differ by stage",
      "stages:\n  staging:\n    stages: [a]\nsecrets: {}",
      'rotation.yml:3: stages.staging.stages: unknown key "stages": it cannot be a default; move it to each secret',
    ],
    [
      "a slip in a secret",
      inPlace("shedule: rate(30 days)"),
      'rotation.yml:4: secrets.app.shedule: unknown key "shedule" (did you mean "schedule"?)',
    ],
    [
      "nothing near",
      inPlace("vault: true"),
      'rotation.yml:4: secrets.app.vault: unknown key "vault" (known: schedule, window, kmsKey, consumers, grace, deadline, stages, exempt, drill, rotatedAt, mirror, clusters, credentials, type, strategy, admin, ca, users, fields, urls, otherHosts, copies, connection, plain, passwordForm, password)',
    ],
    [
      "a slip in a credential",
      secret("credentials:\n      - strategy: in-place\n        url: [a]"),
      'rotation.yml:5: secrets.app.credentials.0.url: unknown key "url" (did you mean "urls"?)',
    ],
    [
      "a secret's key in a credential",
      secret("credentials:\n      - strategy: in-place\n        schedule: rate(30 days)"),
      'rotation.yml:5: secrets.app.credentials.0.schedule: unknown key "schedule": it belongs to the whole secret; move it one level up',
    ],
    [
      "an unknown field",
      inPlace("fields: { pasword: x }"),
      'rotation.yml:4: secrets.app.fields.pasword: unknown key "pasword" (did you mean "password"?)',
    ],
    [
      "a slip in admin",
      secret("admin: { secret: admin, hots: db }"),
      'rotation.yml:3: secrets.app.admin.hots: unknown key "hots" (did you mean "host"?)',
    ],
    [
      "a slip in exempt",
      secret("exempt: { reason: later, untill: 2027-03-01 }"),
      [
        "rotation.yml:3: secrets.app.exempt.until: is missing: it must be a string, like 2027-03-01",
        'rotation.yml:3: secrets.app.exempt.untill: unknown key "untill" (did you mean "until"?)',
      ],
    ],
  ],
  "values of the wrong kind": [
    [
      "a secret in words",
      "secrets:\n  app: in-place",
      'rotation.yml:2: secrets.app: must be a mapping, like { strategy: in-place }, not "in-place"',
    ],
    [
      "a single URL",
      inPlace("urls: connection_string"),
      'rotation.yml:4: secrets.app.urls: must be a list, like [connection_string], not "connection_string"',
    ],
    [
      "a single cluster",
      inPlace("clusters: production"),
      'rotation.yml:4: secrets.app.clusters: must be a list, like [production], not "production"',
    ],
    [
      "a port in words",
      inPlace('connection: { port: "5432" }'),
      'rotation.yml:4: secrets.app.connection.port: must be a number, like 5432, not "5432"',
    ],
    [
      "port 0",
      inPlace("connection: { port: 0 }"),
      "rotation.yml:4: secrets.app.connection.port: must be a port from 1 to 65535",
    ],
    [
      "a fraction of a port",
      inPlace("connection: { port: 5432.5 }"),
      "rotation.yml:4: secrets.app.connection.port: must be a whole number, like 5432, not 5432.5",
    ],
    [
      "a key without a value",
      inPlace("ca:"),
      "rotation.yml:4: secrets.app.ca: is empty: remove it, or write a string, like system",
    ],
    [
      "an empty field name",
      inPlace('fields: { host: "" }'),
      "rotation.yml:4: secrets.app.fields.host: is empty: it must name a field of the secret",
    ],
    [
      "an empty cluster name",
      inPlace('clusters: [""]'),
      "rotation.yml:4: secrets.app.clusters.0: is empty: it must name a cluster",
    ],
    [
      "a strategy that is mistyped",
      secret("strategy: inplace"),
      'rotation.yml:3: secrets.app.strategy: must be one of two-passwords, alternating-users, in-place, not "inplace" (did you mean "in-place"?)',
    ],
    [
      "an unknown strategy",
      secret("strategy: three-passwords"),
      'rotation.yml:3: secrets.app.strategy: must be one of two-passwords, alternating-users, in-place, not "three-passwords" (did you mean "two-passwords"?)',
    ],
    [
      "a strategy that the type does not have",
      secret("strategy: two-passwords"),
      "rotation.yml:3: secrets.app.strategy: type postgres has no two-passwords: write `strategy: alternating-users` or `strategy: in-place`; with in-place new connections fail for a moment at each rotation",
    ],
    [
      "an unknown password form",
      inPlace("passwordForm: md5"),
      'rotation.yml:4: secrets.app.passwordForm: must be one of verifier, plaintext, not "md5"',
    ],
    [
      "a type that is mistyped",
      inPlace("type: postgre"),
      'rotation.yml:4: secrets.app.type: unknown type "postgre" (did you mean "postgres"?); the types are postgres, mysql, generated, iam',
    ],
    [
      "an unknown type, whose keys nobody knows",
      secret("type: oracle\n    wallet: W\n    fields: { pasword: x }"),
      'rotation.yml:3: secrets.app.type: unknown type "oracle": the types are postgres, mysql, generated, iam. For a provider that is not among them, write a preset (docs/write-a-preset.md), or, for the time being, add exempt: { reason: …, until: YYYY-MM-DD } to the secret',
    ],
    [
      "an unknown type beside another credential",
      secret("credentials:\n      - { type: stripe }\n      - { type: generated, field: KEY }"),
      [
        'rotation.yml:4: secrets.app.credentials.0.type: unknown type "stripe": the types are postgres, mysql, generated, iam. For a provider that is not among them, write a preset (docs/write-a-preset.md), or, for the time being, add exempt: { reason: …, until: YYYY-MM-DD } to the secret',
        "rotation.yml:5: secrets.app.credentials.1: no format: write what the value looks like, e.g. `format: hex` (or base64, base64url, alphanumeric, uuid)",
      ],
    ],
    [
      "an unknown type by default",
      `defaults: { type: oracle }\nsecrets:\n  app: { urls: URL }\n  "a b": {}`,
      [
        'rotation.yml:1: defaults.type: unknown type "oracle": the types are postgres, mysql, generated, iam. For a provider that is not among them, write a preset (docs/write-a-preset.md), or, for the time being, add exempt: { reason: …, until: YYYY-MM-DD } to the secret',
        'rotation.yml:3: secrets.app.urls: must be a list, like [connection_string], not "URL"',
        'rotation.yml:4: secrets.a b: "a b" contains " ": only letters, digits and /_+=.@- are allowed in the name of a secret',
      ],
    ],
    [
      "a type that is not a string",
      inPlace("type: 5"),
      "rotation.yml:4: secrets.app.type: must be a string, like postgres, not 5",
    ],
    [
      "an unknown type",
      inPlace("type: oracle"),
      'rotation.yml:4: secrets.app.type: unknown type "oracle": the types are postgres, mysql, generated, iam. For a provider that is not among them, write a preset (docs/write-a-preset.md), or, for the time being, add exempt: { reason: …, until: YYYY-MM-DD } to the secret',
    ],
    [
      "an admin that is no secret",
      secret("admin: true"),
      "rotation.yml:3: secrets.app.admin: must be the name of a secret, or { secret: …, host: …, port: … }, not true",
    ],
    [
      "an admin without a secret",
      secret("admin: { host: db.internal }"),
      "rotation.yml:3: secrets.app.admin.secret: is missing: it must be a string, like production/database/admin",
    ],
    [
      "one user of two",
      secret("admin: admin\n    users: { owner: app }"),
      "rotation.yml:4: secrets.app.users.clone: is missing: it must be a string, like app_clone",
    ],
    [
      "twice the same user",
      secret("admin: admin\n    users: { owner: app, clone: app }"),
      "rotation.yml:4: secrets.app.users: owner and clone are the same user: name two",
    ],
    [
      "an empty list of credentials",
      secret("credentials: []"),
      "rotation.yml:3: secrets.app.credentials: is empty: remove it for one credential with the usual names, or list the credentials",
    ],
  ],
  "strategies and fields that exclude each other": [
    [
      "nothing said at all",
      "secrets:\n\n  app: {}",
      "rotation.yml:3: secrets.app: no strategy: name an administrator's secret (admin: …), here or under defaults, for alternating-users; or write `strategy: in-place`, which means that new connections fail for a moment at each rotation",
    ],
    [
      "nothing said of one credential",
      secret(
        "credentials:\n      - strategy: in-place\n      - fields: { username: A, password: B }",
      ),
      "rotation.yml:5: secrets.app.credentials.1: no strategy: name an administrator's secret (admin: …), here or under defaults, for alternating-users; or write `strategy: in-place`, which means that new connections fail for a moment at each rotation",
    ],
    [
      "alternating-users without an administrator",
      secret("strategy: alternating-users"),
      "rotation.yml:3: secrets.app.strategy: alternating-users needs an administrator: name its secret under admin",
    ],
    [
      "the same by default",
      "defaults: { strategy: alternating-users }\nsecrets:\n  app: {}",
      "rotation.yml:3: secrets.app: alternating-users needs an administrator: name its secret under admin",
    ],
    [
      "two users in place",
      inPlace("users: { owner: app, clone: app_b }"),
      "rotation.yml:4: secrets.app.users: only alternating-users has two users: remove it",
    ],
    [
      "a user that cannot alternate",
      secret("admin: admin\n    connection: { username: app }"),
      "rotation.yml:4: secrets.app.connection.username: alternating-users changes the user, so consumers must read it from the secret: add a field for it there",
    ],
    [
      "one thing in the secret and in the manifest",
      inPlace("fields: { host: HOST }\n    connection: { host: db.internal }"),
      "rotation.yml:5: secrets.app.connection.host: the host is also under fields, in HOST: remove one of the two",
    ],
    [
      "one field for two things",
      inPlace("fields: { username: LOGIN, password: LOGIN }"),
      "rotation.yml:4: secrets.app.fields.password: the field LOGIN is already the username: name another field",
    ],
    [
      "a URL where the password is",
      inPlace("urls: [password]"),
      "rotation.yml:4: secrets.app.urls.0: the field password is the password and cannot be a URL as well: remove it",
    ],
    [
      "a URL where the user is",
      inPlace("fields: { username: LOGIN }\n    urls: [URL, LOGIN]"),
      "rotation.yml:5: secrets.app.urls.1: the field LOGIN is the username and cannot be a URL as well: remove it",
    ],
    [
      "a URL twice",
      inPlace("urls: [URL, URL]"),
      'rotation.yml:4: secrets.app.urls: lists "URL" twice: remove one',
    ],
    [
      "two credentials with one password",
      secret(
        "credentials:\n      - { strategy: in-place, fields: { username: A } }\n      - { strategy: in-place, fields: { username: B } }",
      ),
      "rotation.yml:5: secrets.app.credentials.1.fields.password: the field password is already rotated by credentials.0: name another field under fields",
    ],
    [
      "two credentials with one URL",
      secret(
        "credentials:\n      - { strategy: in-place, urls: [URL] }\n      - { strategy: in-place, fields: { username: B, password: C }, urls: [URL] }",
      ),
      "rotation.yml:5: secrets.app.credentials.1.urls.0: the field URL is already rotated by credentials.0: name another field under urls",
    ],
    [
      "two credentials with one user name",
      secret(
        "credentials:\n      - { admin: admin, fields: { host: A } }\n      - { admin: admin, fields: { host: B, password: C } }",
      ),
      "rotation.yml:5: secrets.app.credentials.1.fields.username: the field username is already rotated by credentials.0: name another field under fields",
    ],
    [
      "two credentials for one login",
      secret(
        "credentials:\n      - { strategy: in-place }\n      - { strategy: in-place, fields: { password: B } }",
      ),
      "rotation.yml:5: secrets.app.credentials.1: gets host and user from the same place as credentials.0, so both are the same login: make them one credential, or name under fields or connection what differs",
    ],
    [
      "both forms at once",
      secret("admin: admin\n    urls: [URL]\n    credentials: [{ strategy: in-place }]"),
      [
        "rotation.yml:3: secrets.app.admin: cannot be used with credentials: move it into one of them, or remove credentials",
        "rotation.yml:4: secrets.app.urls: cannot be used with credentials: move it into one of them, or remove credentials",
      ],
    ],
    [
      "an administrator of itself",
      secret("admin: app"),
      "rotation.yml:3: secrets.app.admin: is this secret itself, which cannot help when its own login is refused: name another administrator, or write `strategy: in-place` and no admin",
    ],
    [
      "an administrator of itself by ARN",
      `secrets:\n  app:\n    admin: { secret: ${arn} }`,
      "rotation.yml:3: secrets.app.admin.secret: is this secret itself, which cannot help when its own login is refused: name another administrator, or write `strategy: in-place` and no admin",
    ],
  ],
  "names and ARNs": [
    [
      "a space in a name",
      `secrets:\n  my app: ${good}`,
      'rotation.yml:2: secrets.my app: "my app" contains " ": only letters, digits and /_+=.@- are allowed in the name of a secret',
    ],
    [
      "an empty name",
      `secrets:\n  "": ${good}`,
      'rotation.yml:2: secrets.: "" is empty: it must name a secret',
    ],
    [
      "a name that is too long",
      `secrets:\n  ? ${long}\n  : ${good}`,
      `rotation.yml:2: secrets.${long}: "${long}" is longer than 512 characters, the limit for a secret's name`,
    ],
    [
      "an unknown variable",
      `secrets:\n  \${region}/app: ${good}`,
      `rotation.yml:2: secrets.\${region}/app: "\${region}/app" contains the unknown variable \${region}: only \${stage} is replaced in a name`,
    ],
    [
      "an unknown variable in a host",
      `secrets:\n  app: { strategy: in-place, connection: { host: 'db.\${region}.internal' } }`,
      `rotation.yml:2: secrets.app.connection.host: "db.\${region}.internal" contains the unknown variable \${region}: only \${stage} is replaced in a name`,
    ],
    [
      "an ARN of another service",
      `secrets:\n  arn:aws:ssm:eu-central-1:123456789012:parameter/app: ${good}`,
      'rotation.yml:2: secrets.arn:aws:ssm:eu-central-1:123456789012:parameter/app: "arn:aws:ssm:eu-central-1:123456789012:parameter/app" is an ARN of ssm: only secrets in Secrets Manager (arn:aws:secretsmanager:…) rotate',
    ],
    [
      "half an ARN",
      `secrets:\n  arn:aws:secretsmanager:eu-central-1:123456789012:secret:app: ${good}`,
      'rotation.yml:2: secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app" is not the complete ARN of a secret (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf, with the last six characters): `aws secretsmanager describe-secret` prints it',
    ],
    [
      "a secret that RDS rotates",
      `secrets:\n  rds!db-0123: ${good}`,
      "rotation.yml:2: secrets.rds!db-0123: belongs to an AWS service, which rotates it itself: only admin may name it",
    ],
    [
      "a bad name of an administrator",
      secret('admin: { secret: "admin secret" }'),
      'rotation.yml:3: secrets.app.admin.secret: "admin secret" contains " ": only letters, digits and /_+=.@- are allowed in the name of a secret',
    ],
    [
      "a name and its ARN",
      `secrets:\n  app: ${good}\n  ${arn}: ${good}`,
      "rotation.yml:3: secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf: is the same secret as secrets.app: keep one of the entries",
    ],
    [
      "two names that are one in a stage",
      `stages: { staging: {} }\nsecrets:\n  staging/app: ${good}\n  \${stage}/app: ${good}`,
      `rotation.yml:4: secrets.\${stage}/app: is the same secret as secrets.staging/app in stage staging: keep one of the entries`,
    ],
    [
      "a cluster with a space",
      inPlace("clusters: [my cluster]"),
      'rotation.yml:4: secrets.app.clusters.0: "my cluster" is not an ECS cluster: use its name (letters, digits, _ and -) or its ARN (arn:aws:ecs:…:cluster/…)',
    ],
    [
      "an ARN of no cluster",
      inPlace(
        "clusters:\n      - production\n      - arn:aws:ecs:eu-central-1:123456789012:service/web",
      ),
      'rotation.yml:6: secrets.app.clusters.1: "arn:aws:ecs:eu-central-1:123456789012:service/web" is not an ECS cluster: use its name (letters, digits, _ and -) or its ARN (arn:aws:ecs:…:cluster/…)',
    ],
    [
      "a cluster twice",
      "defaults:\n  clusters: [a, a]\nsecrets: {}",
      'rotation.yml:2: defaults.clusters: lists "a" twice: remove one',
    ],
    [
      "the alias of a key",
      inPlace("kmsKey: alias/secrets"),
      "rotation.yml:4: secrets.app.kmsKey: must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID), or aws/secretsmanager; IAM policies cannot grant an alias or a key id: `aws kms describe-key --key-id …` prints the ARN",
    ],
    [
      "a key in another Region",
      `secrets:\n  ${arn}:\n    strategy: in-place\n    kmsKey: arn:aws:kms:us-east-1:123456789012:key/1234`,
      "rotation.yml:4: secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf.kmsKey: is in us-east-1, but secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf is in eu-central-1: one deployment rotates in one Region; use another stage for the other Region",
    ],
    [
      "an ARN of another partition than its Region's",
      `secrets:\n  ${arn.replace("arn:aws", "arn:aws-us-gov")}: ${good}`,
      "rotation.yml:2: secrets.arn:aws-us-gov:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf: is in the partition aws-us-gov, but eu-central-1 is in aws: copy the ARN as AWS prints it",
    ],
    [
      "a key in another partition",
      `secrets:\n  ${arn}:\n    strategy: in-place\n    kmsKey: arn:aws-cn:kms:eu-central-1:123456789012:key/1234`,
      "rotation.yml:4: secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf.kmsKey: is in the partition aws-cn, but eu-central-1 is in aws: copy the ARN as AWS prints it",
    ],
    [
      "an administrator in another Region",
      `secrets:\n  ${arn}:\n    admin: ${arn.replace("eu-central-1", "us-east-1").replace("app-", "admin-")}`,
      "rotation.yml:3: secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf.admin: is in us-east-1, but secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf is in eu-central-1: one deployment rotates in one Region; use another stage for the other Region",
    ],
    [
      "secrets of two Regions",
      `secrets:\n  ${arn}: ${good}\n  ${arn.replace("eu-central-1", "us-east-1")}: ${good}`,
      "rotation.yml:3: secrets.arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf: is in us-east-1, but secrets.arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf is in eu-central-1: one deployment rotates in one Region; use another stage for the other Region",
    ],
  ],
  "schedules and windows": [
    [
      "a number of days",
      inPlace("schedule: 90"),
      "rotation.yml:4: secrets.app.schedule: must be a string, like rate(90 days), not 90",
    ],
    [
      "an interval of no known form",
      inPlace("schedule: every 90 days"),
      "rotation.yml:4: secrets.app.schedule: every 90 days: not a schedule: write rate(90 days), rate(12 hours), or cron(0 2 1 * ? *) for 02:00 UTC on the first of each month",
    ],
    [
      "weeks",
      inPlace("schedule: rate(12 weeks)"),
      "rotation.yml:4: secrets.app.schedule: rate(12 weeks): not a schedule: write rate(90 days), rate(12 hours), or cron(0 2 1 * ? *) for 02:00 UTC on the first of each month",
    ],
    [
      "no number",
      inPlace("schedule: rate(days)"),
      "rotation.yml:4: secrets.app.schedule: rate(days): not a schedule: write rate(90 days), rate(12 hours), or cron(0 2 1 * ? *) for 02:00 UTC on the first of each month",
    ],
    [
      "more often than AWS allows",
      inPlace("schedule: rate(3 hours)"),
      "rotation.yml:4: secrets.app.schedule: rate(3 hours): Secrets Manager rotates at most every 4 hours: make the interval longer",
    ],
    [
      "less often than AWS allows",
      inPlace("schedule: rate(1000 days)"),
      "rotation.yml:4: secrets.app.schedule: rate(1000 days): Secrets Manager allows at most 999 days: make the interval shorter",
    ],
    [
      "cron of five fields",
      inPlace('schedule: "cron(0 2 1 * ?)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 2 1 * ?): has 5 fields, but cron needs 6 with one space between them: minutes hours day-of-month month day-of-week year, like cron(0 2 1 * ? *)",
    ],
    [
      "a minute",
      inPlace('schedule: "cron(30 2 1 * ? *)"'),
      "rotation.yml:4: secrets.app.schedule: cron(30 2 1 * ? *): windows open on the hour: write 0 for the minutes",
    ],
    [
      "a year",
      inPlace('schedule: "cron(0 2 1 * ? 2027)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 2 1 * ? 2027): Secrets Manager does not support years: write * for the year",
    ],
    [
      "an hour that no day has",
      inPlace('schedule: "cron(0 24 1 * ? *)"'),
      'rotation.yml:4: secrets.app.schedule: cron(0 24 1 * ? *): "24" is not an hour: write 0 to 23',
    ],
    [
      "every hour",
      inPlace('schedule: "cron(0 * * * ? *)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 * * * ? *): Secrets Manager rotates at most every 4 hours: make the interval longer",
    ],
    [
      "every two hours",
      inPlace('schedule: "cron(0 0/2 * * ? *)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 0/2 * * ? *): Secrets Manager rotates at most every 4 hours: make the interval longer",
    ],
    [
      "a step of nothing",
      inPlace('schedule: "cron(0 0/0 * * ? *)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 0/0 * * ? *): 0/0 for hours has a step of 0: write a number, like 0/4",
    ],
    [
      "a day that no month has",
      inPlace('schedule: "cron(0 2 32 * ? *)"'),
      'rotation.yml:4: secrets.app.schedule: cron(0 2 32 * ? *): "32" is not a day of the month: write 1 to 31, or L for the last',
    ],
    [
      "a month that is none",
      inPlace('schedule: "cron(0 2 1 JUNE ? *)"'),
      'rotation.yml:4: secrets.app.schedule: cron(0 2 1 JUNE ? *): "JUNE" is not a month: write 1 to 12, or JAN to DEC',
    ],
    [
      "a day of the week that is none",
      inPlace('schedule: "cron(0 2 ? * 8 *)"'),
      'rotation.yml:4: secrets.app.schedule: cron(0 2 ? * 8 *): "8" is not a day of the week: write 1 to 7, SUN to SAT, or SUN#1 to SAT#5',
    ],
    [
      "a sixth Sunday",
      inPlace('schedule: "cron(0 2 ? * SUN#6 *)"'),
      'rotation.yml:4: secrets.app.schedule: cron(0 2 ? * SUN#6 *): "SUN#6" is not a day of the week: write 1 to 7, SUN to SAT, or SUN#1 to SAT#5',
    ],
    [
      "two kinds of days",
      inPlace('schedule: "cron(0 2 1 * MON *)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 2 1 * MON *): only one of day-of-month and day-of-week may be set: write ? for the other",
    ],
    [
      "no days",
      inPlace('schedule: "cron(0 2 ? * ? *)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 2 ? * ? *): day-of-month and day-of-week are both ?: write * for day-of-month to mean every day",
    ],
    [
      "a day that comes every four years",
      inPlace('schedule: "cron(0 2 29 FEB ? *)"'),
      "rotation.yml:4: secrets.app.schedule: cron(0 2 29 FEB ? *): not every year has this day, and Secrets Manager does not support schedules more than a year apart: write another day, or L for the last one",
    ],
    [
      "an expression without end",
      inPlace(`schedule: rate(${"1".repeat(260)} days)`),
      "rotation.yml:4: secrets.app.schedule: is longer than the 256 characters that Secrets Manager accepts: shorten it",
    ],
    [
      "a window in minutes",
      inPlace("window: 90m"),
      "rotation.yml:4: secrets.app.window: must be whole hours from 1h to 24h, like 3h: Secrets Manager accepts no others",
    ],
    [
      "a window of more than a day",
      inPlace("window: 25h"),
      "rotation.yml:4: secrets.app.window: must be whole hours from 1h to 24h, like 3h: Secrets Manager accepts no others",
    ],
    [
      "a window beyond midnight",
      inPlace('schedule: "cron(0 22 1 * ? *)"\n    window: 3h'),
      "rotation.yml:5: secrets.app.window: a window of 3h would reach into the next window or the next UTC day: cron(0 22 1 * ? *) leaves at most 2h; shorten it",
    ],
    [
      "a window beyond the next one",
      inPlace('schedule: "cron(0 2/10 * * ? *)"\n    window: 4h\n    grace: 1h'),
      "rotation.yml:5: secrets.app.window: a window of 4h would reach into the next window or the next UTC day: cron(0 2/10 * * ? *) leaves at most 2h; shorten it",
    ],
    [
      "a default window that is too long here",
      `defaults: { window: 6h, grace: 1h }\nsecrets:\n  app:\n    strategy: in-place\n    schedule: rate(4 hours)`,
      "rotation.yml:5: secrets.app.schedule: a window of 6h would reach into the next window or the next UTC day: rate(4 hours) leaves at most 4h; shorten it",
    ],
    [
      "a window that is too long in a stage",
      `defaults: { window: 6h, grace: 1h }\nstages:\n  staging: { schedule: rate(4 hours) }\nsecrets:\n  app: ${good}`,
      "rotation.yml:3: stages.staging.schedule: a window of 6h would reach into the next window or the next UTC day: rate(4 hours) leaves at most 4h; shorten it",
    ],
  ],
  settlement: [
    [
      "a grace without a unit",
      inPlace('grace: "24"'),
      "rotation.yml:4: secrets.app.grace: must be a whole number followed by s, m, h or d, like 90m or 24h",
    ],
    [
      "a grace that is a number",
      inPlace("grace: 24"),
      "rotation.yml:4: secrets.app.grace: must be a string, like 24h, not 24",
    ],
    [
      "a deadline of nothing",
      inPlace("deadline: 0h"),
      "rotation.yml:4: secrets.app.deadline: would alert before anything can be settled: write 24h, or remove it",
    ],
    [
      "a deadline before the grace is over",
      inPlace("grace: 2d\n    deadline: 36h"),
      "rotation.yml:4: secrets.app.grace: a grace of 2d is longer than the deadline of 36h, so every rotation would alert: make deadline longer",
    ],
    [
      "a deadline before the grace of the defaults is over",
      `defaults:\n  grace: 48h\n  deadline: 24h\nsecrets:\n  app: ${good}`,
      "rotation.yml:2: defaults.grace: a grace of 48h is longer than the deadline of 24h, so every rotation would alert: make deadline longer",
    ],
    [
      "a deadline before the default grace is over",
      inPlace("deadline: 12h"),
      "rotation.yml:4: secrets.app.deadline: the default grace of 24h for consumers that cannot be seen is longer than the deadline of 12h, so every rotation would alert: set a shorter grace, write `consumers: complete` if Quarterturn sees all of them, or make deadline longer",
    ],
    [
      "the default grace beyond the next rotation",
      inPlace("schedule: rate(12 hours)"),
      "rotation.yml:4: secrets.app.schedule: the default grace of 24h for consumers that cannot be seen outlasts the 12 hours between two rotations of rate(12 hours), so the next rotation would be refused (UNSETTLED): set a shorter grace, write `consumers: complete` if Quarterturn sees all of them, or rotate less often",
    ],
    [
      "another word for the consumers",
      inPlace("consumers: all"),
      'rotation.yml:4: secrets.app.consumers: must be complete, or { complete: true, ignore: [production/worker] }, not "all"',
    ],
    [
      "consumers that are no mapping",
      inPlace("consumers: [production]"),
      "rotation.yml:4: secrets.app.consumers: must be complete, or { complete: true, ignore: [production/worker] }, not a list",
    ],
    [
      "an unknown key of the consumers",
      inPlace("consumers: { complet: true }"),
      'rotation.yml:4: secrets.app.consumers.complet: unknown key "complet" (did you mean "complete"?)',
    ],
    [
      "consumers to ignore that are no list",
      inPlace("consumers: { ignore: production/worker }"),
      'rotation.yml:4: secrets.app.consumers.ignore: must be a list, like [production/worker], not "production/worker"',
    ],
    [
      "other hosts without a URL",
      inPlace("otherHosts: [reader.internal]"),
      "rotation.yml:4: secrets.app.otherHosts: needs a URL that leads there: name its field under urls, or remove it",
    ],
    [
      "another host that is a URL, without quoting it",
      inPlace('urls: [URL]\n    otherHosts: [reader.internal, "postgres://app:canary@reader/app"]'),
      "rotation.yml:5: secrets.app.otherHosts.1: is not a host: write host or host:port, as it stands in the URL, like reader.internal or pooler.internal:6432",
    ],
    [
      "another host with a port that is none",
      inPlace('urls: [URL]\n    otherHosts: ["pooler.internal:70000"]'),
      "rotation.yml:5: secrets.app.otherHosts.0: has no valid port: write a number from 1 to 65535",
    ],
    [
      "a copy that is the password itself",
      inPlace("fields: { password: PASS }\n    copies: [PASS]"),
      "rotation.yml:5: secrets.app.copies.0: the field PASS is already the password: remove it from copies",
    ],
    [
      "a copy that is the password by its usual name",
      inPlace("copies: [password]"),
      "rotation.yml:4: secrets.app.copies.0: the field password is already the password: remove it from copies",
    ],
    [
      "a copy that is a URL",
      inPlace("urls: [URL]\n    copies: [URL]"),
      "rotation.yml:5: secrets.app.copies.0: the field URL is already a URL: remove it from one of the two",
    ],
    [
      "a copy that another credential writes",
      `secrets:\n  app:\n    credentials:\n      - { type: generated, format: hex, field: KEY }\n      - { strategy: in-place, copies: [KEY] }`,
      "rotation.yml:5: secrets.app.credentials.1.copies.0: the field KEY is already rotated by credentials.0: name another field under copies",
    ],
    [
      "copies of plain text",
      inPlace("plain: url\n    copies: [PASS]"),
      "rotation.yml:5: secrets.app.copies: the secret is plain text (plain: url) and has no fields: remove it",
    ],
    [
      "a consumer to ignore without its cluster",
      inPlace("consumers: { ignore: [worker] }"),
      'rotation.yml:4: secrets.app.consumers.ignore.0: "worker" is not a consumer: use cluster/service, or cluster/family for standalone tasks',
    ],
    [
      "a consumer to ignore with an unknown variable",
      inPlace(`consumers: { ignore: ["\${env}/worker"] }`),
      `rotation.yml:4: secrets.app.consumers.ignore.0: "\${env}/worker" contains the unknown variable \${env}: only \${stage} is replaced in a name`,
    ],
    [
      "a grace beyond the next rotation",
      inPlace("schedule: rate(12 hours)\n    grace: 12h"),
      "rotation.yml:5: secrets.app.grace: a grace of 12h outlasts the 12 hours between two rotations of rate(12 hours), so the next rotation would be refused (UNSETTLED): make it shorter, or rotate less often",
    ],
    [
      "a grace beyond tomorrow's rotation",
      inPlace('schedule: "cron(0 2 * * ? *)"\n    grace: 1d\n    deadline: 2d'),
      "rotation.yml:5: secrets.app.grace: a grace of 1d outlasts the 24 hours between two rotations of cron(0 2 * * ? *), so the next rotation would be refused (UNSETTLED): make it shorter, or rotate less often",
    ],
  ],
  "stages and exemptions": [
    [
      "a stage that nothing declares",
      inPlace("stages: [prodcution]"),
      'rotation.yml:4: secrets.app.stages.0: unknown stage "prodcution" (did you mean "production"?); known: production (declare others under stages)',
    ],
    [
      "no stage at all",
      inPlace("stages: []"),
      "rotation.yml:4: secrets.app.stages: lists no stage: remove it, or list the stages in which the secret rotates",
    ],
    [
      "a stage twice",
      inPlace("stages: [production, production]"),
      'rotation.yml:4: secrets.app.stages: lists "production" twice: remove one',
    ],
    [
      "a stage with a space",
      `stages: { "my stage": {} }\nsecrets: {}`,
      "rotation.yml:1: stages.my stage: is not a stage name: use letters, digits and -",
    ],
    [
      "a mistake in a stage that is not built",
      `stages:\n  staging: { ca: missing.pem }\nsecrets:\n  app: ${good}`,
      "rotation.yml:2: stages.staging.ca: cannot read the file missing.pem in the manifest's folder: put it there, or write system or rds",
    ],
    [
      "a drill without a schedule",
      inPlace("drill: monthly"),
      "rotation.yml:4: secrets.app.drill: monthly: not a schedule: write rate(90 days), rate(12 hours), or cron(0 2 1 * ? *) for 02:00 UTC on the first of each month",
    ],
    [
      "an exemption for ever",
      secret("exempt: { reason: later }"),
      "rotation.yml:3: secrets.app.exempt.until: is missing: it must be a string, like 2027-03-01",
    ],
    [
      "an exemption without a reason",
      secret("exempt: { reason: '', until: 2027-03-01 }"),
      "rotation.yml:3: secrets.app.exempt.reason: is empty: it must name the reason",
    ],
    [
      "an exemption until no day",
      secret("exempt: { reason: later, until: 2027-02-30 }"),
      "rotation.yml:3: secrets.app.exempt.until: must be a calendar day, like 2027-03-01",
    ],
  ],
  passwords: [
    [
      "a short password",
      inPlace("password: { length: 16 }"),
      "rotation.yml:4: secrets.app.password: has 95.2 bits of entropy, at least 190 are required: set length to 33 or allow more characters",
    ],
    [
      "a very short password",
      inPlace("password: { length: 4 }"),
      "rotation.yml:4: secrets.app.password.length: must be a length from 8 to 1024",
    ],
    [
      "a small alphabet",
      inPlace("password: { characters: '01ab', require: [] }"),
      "rotation.yml:4: secrets.app.password: has 64.0 bits of entropy, at least 190 are required: set length to 96 or allow more characters",
    ],
    [
      "one character",
      inPlace("password: { characters: a, require: [], length: 1000 }"),
      "rotation.yml:4: secrets.app.password: has 0.0 bits of entropy, at least 190 are required: allow more characters",
    ],
    [
      "an alphabet without a required kind",
      inPlace("password: { characters: 0123456789abcdef, length: 64 }"),
      "rotation.yml:4: secrets.app.password: characters has no upper: add some, or list under require what must occur",
    ],
    [
      "a space in the alphabet",
      inPlace('password: { characters: "a b" }'),
      "rotation.yml:4: secrets.app.password.characters: must be printable ASCII without spaces",
    ],
    [
      "an unknown kind of character",
      inPlace("password: { require: [digits] }"),
      'rotation.yml:4: secrets.app.password.require.0: must be one of lower, upper, digit, symbol, not "digits" (did you mean "digit"?)',
    ],
  ],
  certificates: [
    [
      "a file that is missing",
      inPlace("ca: missing.pem"),
      "rotation.yml:4: secrets.app.ca: cannot read the file missing.pem in the manifest's folder: put it there, or write system or rds",
    ],
    [
      "a file without a certificate",
      inPlace("ca: key.pem"),
      "rotation.yml:4: secrets.app.ca: key.pem contains no PEM certificate: name the file of the server's CA, or write system or rds",
    ],
    [
      "a file that is spoilt",
      inPlace("ca: broken.pem"),
      "rotation.yml:4: secrets.app.ca: broken.pem contains an invalid certificate: export it again as PEM",
    ],
    [
      "the same by default",
      `defaults:\n  ca: key.pem\nsecrets:\n  a: ${good}\n  b: ${good}`,
      "rotation.yml:2: defaults.ca: key.pem contains no PEM certificate: name the file of the server's CA, or write system or rds",
    ],
  ],
};
