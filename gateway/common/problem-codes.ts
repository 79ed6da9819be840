/** Which files a code is about: a section of `docs/problems.md`. */
export type ProblemKind = 'xml' | 'descriptor' | 'definition' | 'topology' | 'settings'

/** A row of the manual for one code. */
export interface ProblemDoc {
  readonly kind: ProblemKind
  readonly means: string
  readonly mend: string
}

const doc = (kind: ProblemKind, means: string, mend: string): ProblemDoc => ({kind, means, mend})

/** Every code a problem may have. Codes are stable: people and scripts look for them. */
export const PROBLEM_CODES = {
  'xml-malformed': doc(
    'xml',
    'The file is not well-formed XML.',
    'Mend the place that is named; the message says what stands there.',
  ),
  'xml-encoding': doc(
    'xml',
    'The file is not UTF-8, or says that it is not.',
    'Save it as UTF-8 and say `encoding="UTF-8"`, or nothing.',
  ),
  'xml-reference': doc(
    'xml',
    'A `&` begins no reference that XML knows.',
    'Write `&amp;` for a `&`, and a number (`&#160;`) for a named character.',
  ),
  'xml-namespace': doc('xml', 'A prefix is bound to no namespace.', 'Declare it with `xmlns:prefix`, or take it away.'),
  'xml-limit': doc(
    'xml',
    'The file is larger, or nested deeper, than is read.',
    'Split it; descriptors need a fraction of the limits.',
  ),
  'doctype-refused': doc(
    'xml',
    'The file has a DOCTYPE, which could bring in other files or grow without end.',
    'Remove it, and write out what its entities stood for.',
  ),

  'data-malformed': doc(
    'xml',
    'The file is not well-formed JSON or YAML, or larger or nested deeper than is read.',
    'Mend the place that is named; the message says what stands there.',
  ),

  'problems-more': doc(
    'descriptor',
    'There are more problems of the file, or of definitions that no topology uses, than are told.',
    'Mend those that are told, and look again.',
  ),
  'file-unreadable': doc(
    'descriptor',
    'The file cannot be read.',
    'Check that it is there, is a file, and may be read.',
  ),
  'file-unused': doc(
    'descriptor',
    'Knox reads the file; here nothing does.',
    'Write what it says as the message tells.',
  ),
  'folder-unreadable': doc(
    'descriptor',
    'The folder cannot be read: what is in it is not known, so a reload changes nothing.',
    'Let the gateway read it.',
  ),
  'root-unexpected': doc(
    'descriptor',
    'The root element is not that of the file expected here.',
    'Topologies begin with `<topology>`, service definitions with `<service>` and `<rules>`.',
  ),
  'element-unknown': doc(
    'descriptor',
    'Neither Knox nor this gateway knows the element there.',
    'Look for a typing error, or for an element that was closed too late.',
  ),
  'element-missing': doc('descriptor', 'An element that must be there is missing or empty.', 'Add it.'),
  'element-duplicate': doc(
    'descriptor',
    'An element that may be there once is there twice.',
    'Remove one; Knox would take the last.',
  ),
  'element-misplaced': doc(
    'descriptor',
    'The element stands where Knox overlooks it; here it counts.',
    'Move it to where the message says.',
  ),
  'element-unused': doc(
    'descriptor',
    'Knox knows the element; here it has no effect.',
    'Check that nothing is missed, then leave it or remove it.',
  ),
  'attribute-unknown': doc(
    'descriptor',
    'Neither Knox nor this gateway knows the attribute there.',
    'Look for a typing error.',
  ),
  'attribute-missing': doc('descriptor', 'An attribute that must be there is missing or empty.', 'Add it.'),
  'attribute-duplicate': doc('descriptor', 'Two spellings of one attribute stand at the same element.', 'Keep one.'),
  'text-unexpected': doc(
    'descriptor',
    'Text stands where only elements may; it has no effect.',
    'Remove it: often it is half of a tag.',
  ),
  'value-invalid': doc(
    'descriptor',
    'A value is none of those that may stand there.',
    'Take one of those that the message names.',
  ),
  'name-invalid': doc(
    'descriptor',
    'A role, name or version has characters it must not have.',
    'Use letters, digits, `.`, `-` and `_`, and begin with a letter or digit.',
  ),

  'definition-without-routes': doc(
    'definition',
    'The service definition has no route, so it serves nothing.',
    'Add `<routes><route path="…"/></routes>`.',
  ),
  'definition-broken': doc(
    'definition',
    'A definition that a topology needs has faults.',
    'Mend the definition; its own problems are told as well.',
  ),
  'definition-duplicate': doc(
    'definition',
    'Two definitions have the same role and version.',
    'Remove one, or give it another version.',
  ),
  'apply-without-target': doc(
    'definition',
    'A `<rewrite>` of a route does not say what it is applied `to`; it has no effect, in Knox as here.',
    'Add `to="request.url"`.',
  ),
  'apply-unknown': doc(
    'definition',
    'A route applies a rule or filter that its `rewrite.xml` does not have; it is left out.',
    'Mend the name, or add the rule.',
  ),
  'apply-elsewhere': doc(
    'definition',
    'A route applies a rule or filter that no service of the topology brings; it is left out.',
    'Add the service that has it to the topology.',
  ),
  'rule-unknown': doc(
    'definition',
    'A filter names a rule that is not there; it is left out.',
    'Mend the name, or add the rule.',
  ),
  'rule-duplicate': doc('definition', 'Two rules or filters of a file have the same name.', 'Remove or rename one.'),
  'rule-unusable': doc('definition', 'A rule cannot work and is left out.', 'Mend what the message names.'),
  'template-invalid': doc(
    'definition',
    'A URL template cannot be read; the rule or route is left out.',
    'Mend the template; braces must be balanced.',
  ),
  'function-unknown': doc(
    'definition',
    'A template calls a function that does not exist, or asks one for what it does not know; the rule is left out.',
    'Mend its name; `bin/gateway list functions` prints all.',
  ),
  'role-unknown': doc(
    'definition',
    'A rule names the URL of a role that no file has, and that looks like another: requests that need it are answered with 500.',
    'Mend the role.',
  ),
  'rule-unused': doc(
    'definition',
    'No route, filter or event names the rule, and without a pattern of its own it is found by no address: it never acts.',
    'Name it where it is wanted, or remove it.',
  ),
  'rule-shadowed': doc(
    'definition',
    'A rule, or a step of one of which one is enough, has the pattern of an earlier one, which is always taken; nothing names it.',
    'Make its pattern more special, name it where it is wanted, or remove it.',
  ),
  'rule-contradictory': doc(
    'definition',
    'A rule asks for two patterns at once that no address fits both: it never acts.',
    'Mend one of the patterns, or say `flow="OR"`.',
  ),
  'filter-unused': doc(
    'definition',
    'No route applies the filter: it does nothing.',
    'Apply it `to` headers, cookies or bodies in `service.xml`, or remove it.',
  ),
  'content-unused': doc(
    'definition',
    'What a filter says of a content type does nothing: such bodies are not looked into, or the filter names the type again further down.',
    'Mend the type, read it `asType` of one that is known, or put both together.',
  ),
  'apply-unfit': doc(
    'definition',
    'A route applies a filter to `request.url`, which needs a rule, or a rule to what needs a filter: it does nothing.',
    'Name a rule for `request.url`, and for all else a filter that names the rule.',
  ),
  'definition-incomplete': doc(
    'definition',
    'A folder of `data/services` has rules and no `service.xml`.',
    'Add `service.xml`, or remove the folder.',
  ),
  'step-unavailable': doc(
    'definition',
    'A rule has a step that the gateway cannot do; the rule is left out.',
    'Write the rule without it.',
  ),
  'filter-path-invalid': doc(
    'definition',
    'The path of a part of a filter is none for its content type, or an expression that cannot be bounded; the part is left out.',
    'For JSON write a path such as `$.links[*].href`, for XML `/nodes/node/@id`, else a regular expression that repeats nothing that repeats.',
  ),
  'pattern-backtracks': doc(
    'definition',
    'A regular expression can match the same text in very many ways: a text made for it takes long, up to a bound.',
    'Repeat nothing that repeats: for `(_[^/]+)+` write `_[^/]+`.',
  ),
  'param-unbound': doc(
    'definition',
    'A template of a rule needs a param that no pattern of the rule has: its requests are answered with 500, unless their query has a part of that name.',
    'Mend the name, or bind it in the pattern.',
  ),
  'route-unfit': doc(
    'definition',
    'The addresses of a route fit no pattern of the rules that it could be served by, or there are none: its requests are answered with 404.',
    'Mend the path of the route or the pattern of the rule, or write a `rewrite.xml`.',
  ),
  'route-unserved': doc(
    'definition',
    'The rule that makes the address of a route is left out, so the route is not served.',
    'Mend the rule; another warning says what is wrong with it.',
  ),

  'topology-empty': doc('topology', 'The topology offers nothing.', 'Add a `<service>` with a `<role>` and a `<url>`.'),
  'topology-missing': doc(
    'topology',
    'The home has no topology, or none of the name that the settings give.',
    'Put one into `conf/topologies`.',
  ),
  'topology-name': doc(
    'topology',
    'The name of the file, which is a part of each address of the topology, cannot stand in one.',
    'Rename the file: letters of ASCII, digits, `-`, `_` and `.`.',
  ),
  'topology-duplicate': doc('topology', 'Two files define a topology of the same name.', 'Remove or rename one.'),
  'topology-open': doc(
    'topology',
    'The topology has no authentication: whoever reaches the gateway may use it.',
    'Add a provider with the role `authentication`; `Anonymous` says that it is meant so. `gateway.strict.topology.validation` refuses such topologies.',
  ),
  'role-undefined': doc(
    'topology',
    'No service definition has the role.',
    'Mend the role, or add a definition to `data/services`.',
  ),
  'role-missing': doc(
    'topology',
    'A route of a service needs the URL of a role that the topology does not have: its requests are answered with 500.',
    'Add a `<service>` with that role and its `<url>`, if the route is wanted.',
  ),
  'version-unknown': doc(
    'topology',
    'No definition of the role has the name and version asked for.',
    'Take one of those that the message names, or name none for the highest version.',
  ),
  'service-duplicate': doc(
    'topology',
    'A topology has the same service twice.',
    'Give one service several `<url>` elements instead.',
  ),
  'providers-unknown': doc(
    'topology',
    'A descriptor refers to a provider configuration that is not there.',
    'Put it into `conf/shared-providers`, or name one that is there.',
  ),
  'discovery-unavailable': doc(
    'topology',
    'A descriptor leaves the URLs of a service to a discovery, which is not there.',
    'Give the service its `urls`, or keep the topology of the same name that Knox has written.',
  ),
  'service-left-out': doc(
    'topology',
    'A service of a descriptor has neither URLs nor params.',
    'Give it its `urls`, or take it out.',
  ),
  'service-without-url': doc('topology', 'A service that is served has no URL.', 'Add a `<url>`.'),
  'url-invalid': doc(
    'topology',
    'The URL is no address that a service can have.',
    'Write `http://host:port/path`; `https`, `ws` and `wss` too.',
  ),
  'url-unused': doc(
    'topology',
    'A part of the URL, such as user and password, has no effect.',
    'Remove it; it is not sent to the service.',
  ),
  'provider-unavailable': doc(
    'topology',
    'The gateway does not have this provider; the topology is not served without it.',
    '`bin/gateway list providers` prints those there are.',
  ),
  'dispatch-unavailable': doc(
    'topology',
    'The gateway does not have the dispatch that a service needs; the topology is not served without it. As a warning: it would not be, with HA the other way.',
    '`bin/gateway list dispatches` prints those there are.',
  ),
  'gate-closed': doc(
    'topology',
    'A service streams events, but the topology may not: its streams are answered with 500.',
    'Set `gateway.servlet.async.supported`, or name the topology in `gateway.servlet.async.supported.topologies`.',
  ),
  'param-unknown': doc(
    'topology',
    'The param does not exist there.',
    'Look for a typing error; `docs/params.md` lists all.',
  ),
  'param-invalid': doc('topology', 'The value of a param cannot be read.', 'Write it as the message says.'),
  'param-duplicate': doc('topology', 'A param is set twice; the last holds.', 'Remove one.'),
  'param-unused': doc(
    'topology',
    'Knox knows the param; here it has no effect.',
    'Check that nothing is missed, then leave it or remove it.',
  ),
  'param-doubtful': doc(
    'topology',
    'The param holds, but may not mean what was wanted: a role that the topology does not have, or a guard that is wide open.',
    'Look at it again; if it is meant so, leave it.',
  ),
  'ha-param-invalid': doc(
    'topology',
    'A value of HaProvider is not `name=value` between semicolons.',
    'Write `enabled=true;maxFailoverAttempts=3`, for example.',
  ),
  'ha-param-unused': doc('topology', 'A value of HaProvider has no effect, neither here nor in Knox.', 'Remove it.'),
  'ha-enabled-auto': doc(
    'topology',
    '`enabled=auto` needs service discovery; it counts as `false`.',
    'Say `true` or `false`.',
  ),
  'ha-role-unknown': doc(
    'topology',
    'HaProvider speaks of a role that the topology has no service for.',
    'Mend the role, or remove the param.',
  ),
  'balancing-unused': doc(
    'topology',
    'A param of balancing changes nothing: HA is off for the service, so that its first URL serves, or what the param belongs to is not there.',
    'Name its role in HaProvider, or what the message names, or remove the param.',
  ),
  'weights-too-many': doc(
    'topology',
    'A service has more weights than URLs.',
    'Write one for each URL, in their order.',
  ),
  'alias-unknown': doc(
    'topology',
    'A param names an alias that has no value, or one that the master secret does not open.',
    'Make it with `bin/gateway create-alias`, or mend the name.',
  ),
  'resume-undeclared': doc(
    'topology',
    'Lost streams are to go on, but nothing says that the service can do so.',
    'Set `sse.resume` to `last-event-id` if the service honours it; else take `sse.on.loss` away.',
  ),
  'resume-without-idle-timeout': doc(
    'topology',
    'Lost streams go on, but a service that is merely silent never counts as lost.',
    'Set `sse.idle.timeout` to more than the longest silence of the service.',
  ),

  'setting-unknown': doc(
    'settings',
    'There is no such setting.',
    'Look for a typing error; `docs/settings.md` lists all.',
  ),
  'setting-invalid': doc('settings', 'The value of a setting cannot be read.', 'Write it as the message says.'),
  'setting-duplicate': doc('settings', 'A setting is set twice; the last holds.', 'Remove one.'),
  'setting-unused': doc(
    'settings',
    'Knox knows the setting, or it is none of the gateway; here it has no effect.',
    'Check that nothing is missed, then leave it or remove it.',
  ),
  'environment-unknown': doc('settings', 'A variable `GATEWAY_…` names no setting.', 'Mend or unset it.'),
  'tls-incomplete': doc('settings', 'What TLS needs is named in part only, or twice.', 'Set what the message names.'),
  'tls-unusable': doc(
    'settings',
    'A PEM file of TLS cannot be read, does not hold what it should, or the key is not that of the certificate.',
    'Name the right file, relative to the home, and let the gateway read it.',
  ),
} as const satisfies Readonly<Record<string, ProblemDoc>>

/** The code of a problem. */
export type ProblemCode = keyof typeof PROBLEM_CODES
