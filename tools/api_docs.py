"""docs/api.md: what of the APIs of Amazon IVS and its chat is there, operation by operation.

Made from the facts (api/*.json), what differs (api/compatibility.json) and the cases that passed in
a run of tests/api*.test.mjs (build/api-coverage/*.json).
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What each test counted, and how the page calls it.
FORMS = [("valid", "valid"), ("boundary", "at bounds"), ("invalid", "invalid"),
         ("error", "refusals"), ("authorisation", "rights")]
ALWAYS = {
    "streamKeysPerChannel": "1", "playbackKeyPairs": "3", "metadataPayloadBytes": "1,024 bytes",
    "putMetadataPerChannelPerSecond": "5", "tagsPerResource": "50",
    "playbackRestrictionPolicyCountries": "200", "playbackRestrictionPolicyOrigins": "5",
    "playbackTokenBytes": "2,048",
    "playbackTokenStrictOrigins": "5", "streamSessionEvents": "500", "streamTakeoversPerStream": "100",
    "loggingConfigurationsPerRoom": "3", "messageCodePoints": "500", "sessionMaxMinutes": "180",
    "messagingRequestsPerConnectionPerSecond": "10", "tokenAttributesBytes": "1,024 bytes",
    "eventAttributesBytes": "1,024 bytes",
}
BITRATE = "`limits.max_bitrate` (8.5 Mbit/s)"
PIXELS = "`limits.max_pixels` (2,100,000)"
EDGES = "`limits.max_width`, `limits.max_height` (1,920)"
DURATION = "`live.max_stream_duration` (48 h)"
HISTORY = "`live.session_history` (60 days)"
# What a setting decides: by default, and in the service's mode where that is not its own number.
SETTINGS = {
    "concurrentStreams": ("`limits.max_streams` (none)", "100, or what the setting says"),
    "concurrentViews": ("`limits.max_views` (none)", "15,000, or what the setting says"),
    "streamDurationHours": (DURATION, DURATION),
    "streamSessionHistoryDays": (HISTORY, HISTORY),
    "ingestBitrateBps.BASIC.upTo480p": (BITRATE, "3,500,000: the size is not looked at"),
    "ingestBitrateBps.BASIC.over480p": (BITRATE, None),
    "ingestBitrateBps.STANDARD.singleTrack": (BITRATE, None),
    "ingestBitrateBps.STANDARD.multitrack": (BITRATE, "8,500,000, as for one track"),
    "ingestBitrateBps.ADVANCED_SD": (BITRATE, None),
    "ingestBitrateBps.ADVANCED_HD": (BITRATE, None),
    "ingestResolution.singleTrack.totalPixels": (PIXELS, None),
    "ingestResolution.singleTrack.pixelsPerEdge": (EDGES, None),
    "ingestResolution.multitrack.SD": (PIXELS, "as for one track"),
    "ingestResolution.multitrack.HD": (PIXELS, "as for one track"),
    "ingestResolution.multitrack.FULL_HD": (PIXELS, "as for one track"),
    "playbackRestrictionPolicyOriginLength": ("128", "128, as the model has it"),
    "concurrentConnections": ("`chat.max_connections` (none)", "what the setting says"),
    "messageReviewHandlerTimeoutMs": ("`timeout` of the review handler (200)", "as the setting says"),
    "sendMessagePerSecondPerRoom": ("100, or the room's moderation", "100, or the room's moderation"),
    "chatTokenValiditySeconds": ("`chat.token_validity` (until the session ends)", "as the setting says"),
}
SERVICES = [("ivs", ""), ("ivschat", "ivschat:")]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def total_cases(folder):
    """{operation: {form: count}} of every test's file."""
    totals = {}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        for operation, forms in read(path).items():
            for form, count in forms.items():
                counts = totals.setdefault(operation, {})
                counts[form] = counts.get(form, 0) + count
    return totals


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def number(value):
    return f"{value:,}" if isinstance(value, int) else str(value)


def operation_rows(group, facts, compatibility, cases):
    for name in group["operations"]:
        given = compatibility["operations"].get(name, {})
        counts = cases.get(name, {})
        for form in ("valid", "boundary", "authorisation"):
            if not counts.get(form):
                sys.exit(f"no {form} case of {name} has passed: run every tests/api*.test.mjs first")
        yield [f"`{name}`", given.get("support", "full"), " ".join(given.get("notes", [])) or "–",
               *(counts.get(form, 0) for form, _ in FORMS)]


def operations_of(facts):
    """Those of all services; names that an earlier one has taken get the service before them."""
    operations, taken = [], set()
    for (service, prefix) in SERVICES:
        for operation in facts[service]["operations"]:
            name = operation["name"]
            operations.append({**operation, "name": prefix + name if name in taken else name})
        taken |= {operation["name"] for operation in facts[service]["operations"]}
    return operations


def check_complete(facts, compatibility):
    grouped = [name for group in compatibility["groups"] for name in group["operations"]]
    names = [operation["name"] for operation in operations_of(facts)]
    if sorted(grouped) != sorted(names):
        sys.exit("the groups of api/compatibility.json are not the operations of the services: "
                 + ", ".join(sorted(set(grouped) ^ set(names))))
    for name in compatibility["operations"]:
        if name not in names:
            sys.exit(f"api/compatibility.json knows an operation {name} that is none")


def client_rows():
    packages = read(ROOT / "tests/package.json")["dependencies"]
    yield ["AWS SDK for JavaScript v3, unmodified (`@aws-sdk/client-ivs`)",
           packages["@aws-sdk/client-ivs"],
           "every operation", "`new IvsClient({ endpoint, region, credentials })`"]
    yield ["the same for chat (`@aws-sdk/client-ivschat`)", packages["@aws-sdk/client-ivschat"],
           "every operation", "`new IvschatClient({ endpoint, region, credentials })`"]
    yield ["aws-cli of Debian 12", "2.9.19", "the common operations",
           "`aws ivs list-channels --endpoint-url …`, `aws ivschat …`; newer ones take the variables"]
    yield ["boto3 of Debian 12", "1.26.27", "the common operations",
           '`boto3.client("ivs", endpoint_url=…)`, `boto3.client("ivschat", …)`']
    yield ["raw HTTP with signatures of our own", "–", "every operation, bounds, refusals, rights", "–"]


def limit_rows(quotas):
    for quota in quotas:
        name = quota["name"]
        usual, as_service = SETTINGS.get(name, (ALWAYS.get(name, "no limit"), None))
        yield [f"`{name}`", usual, as_service or number(quota["default"])]


def page(facts, own, quotas, compatibility, cases):
    check_complete(facts, compatibility)
    yield "# API"
    yield ""
    yield "<!-- Made by tools/generate_api docs from api/*.json and a run of the tests. -->"
    yield ""
    yield ("Rostrum answers the APIs of Amazon IVS's low-latency service and of IVS Chat on its HTTP "
           "and HTTPS ports. An application that was written for them needs another endpoint and "
           "other credentials, and works. This page says what of it is proven, and what differs; "
           "the messages of chat themselves are in [chat](chat.md).")
    yield ""
    yield "## Point a client at it"
    yield ""
    yield ("The first start prints an access key once; `rostrum key create` makes more. In place of "
           "options, every client takes variables:")
    yield ""
    yield from ["```sh", "export AWS_ENDPOINT_URL_IVS=http://localhost:8080",
                "export AWS_ENDPOINT_URL_IVSCHAT=http://localhost:8080", "export AWS_REGION=local",
                "export AWS_ACCESS_KEY_ID=AKIA… AWS_SECRET_ACCESS_KEY=…", "```", ""]
    yield from table(["client", "version tested", "with", "endpoint"], client_rows())
    yield ("Browsers may call it, too: every answer allows any origin and exposes "
           "`x-amzn-RequestId` and `x-amzn-ErrorType`. Do not ship keys to browsers that are not "
           "your own, or give them a read-only key.")
    yield ""
    yield "## Operations"
    yield ""
    for word, meaning in compatibility["support"].items():
        yield f"- **{word}**: {meaning}"
    yield ""
    yield ("The numbers are cases that passed against SQLite and PostgreSQL: valid calls, members at "
           "their bounds, invalid input, documented refusals, and callers without the right.")
    yield ""
    for group in compatibility["groups"]:
        yield f"### {group['title']}"
        yield ""
        yield from table(["operation", "support", "what differs", *(label for _, label in FORMS)],
                         operation_rows(group, facts, compatibility, cases))
    yield "## What differs everywhere"
    yield ""
    yield from (f"- {sentence}" for sentence in compatibility["everywhere"])
    yield ""
    yield "Not there:"
    yield ""
    yield from (f"- {sentence}" for sentence in compatibility["missing"])
    yield ""
    yield "## Errors"
    yield ""
    yield ("Names and statuses are the service's, and so are the errors that each operation may give. "
           "The body has the sentence twice, as `message` and as `exceptionMessage`, because clients "
           "read the one or the other; chat's have their other members, too. What identifies the caller comes first, then rights, limits, "
           "the form of the input, and at last whether what it names exists.")
    yield ""
    meanings = {
        "ValidationException": "a member is missing, of the wrong type or beyond its bounds; the sentence names it",
        "ServiceQuotaExceededException": "there are as many as there may be",
        "AccessDeniedException": "the access key does not cover this call",
        "ResourceNotFoundException": "the ARN names nothing",
        "ChannelNotBroadcasting": "the channel exists, but is not live",
        "ConflictException": "in use, live, there already, or two filters at once",
        "ThrottlingException": "too many requests; clients wait and try again",
        "InternalServerException": "the server's log says why",
        "StreamUnavailable": "the stream does not answer; try again",
        "PendingVerification": "never", "ServiceUnavailable": "never",
    }
    errors = {name: error for service, _ in SERVICES for name, error in facts[service]["errors"].items()}
    rows = [[f"`{name}`", error["status"], meanings[name]] for name, error in errors.items()]
    rows += [
        ["`MissingAuthenticationTokenException`", 403, "no signature"],
        ["`IncompleteSignature`", 403, "a part of the signature is missing or malformed"],
        ["`UnrecognizedClientException`", 403, "there is no such access key, or a session token was sent"],
        ["`InvalidSignatureException`", 403, "secret, clock or scope are wrong, or a proxy changed the request"],
        ["`UnknownOperationException`", 404, "no operation has this path and method"],
    ]
    yield from table(["error", "status", "when"], rows)
    yield "## Limits"
    yield ""
    yield ("What is part of the contract always holds. The service's other quotas and its rates hold "
           "with `limits.mode: ivs`, for those who test applications that will run against the "
           "service; by default a machine of one's own is limited by its settings only. Keys can "
           "have usage plans of their own (requests a second, requests a day).")
    yield ""
    yield from table(["quota", "by default", "with `limits.mode: ivs`"], limit_rows(quotas["ivs"]))
    yield "Of chat:"
    yield ""
    yield from table(["quota", "by default", "with `limits.mode: ivs`"], limit_rows(quotas["ivschat"]))
    rates = {}
    for operation in operations_of(facts):
        rates.setdefault(operation.get("defaultTps"), []).append(f"`{operation['name']}`")
    yield "Requests a second, key and operation with `limits.mode: ivs` (`api.requests_per_second` otherwise):"
    yield ""
    yield from table(["a second", "operations"],
                     [[rate or "not published: no limit", ", ".join(names)]
                      for rate, names in sorted(rates.items(), key=lambda item: item[0] or 0)])
    yield "## Our own operations"
    yield ""
    yield ("In the same protocol, signed for the service `rostrum` (or `ivs`, or `ivschat`); `rostrum ctl` calls "
           "these and all others.")
    yield ""
    yield ", ".join(f"`{operation['name']}`" for operation in own["operations"]) + "."


def write(out, coverage):
    api = ROOT / "api"
    facts = {service: read(api / f"{service}.json") for service, _ in SERVICES}
    lines = page(facts, read(api / "rostrum.json"), read(api / "quotas.json"),
                 read(api / "compatibility.json"), total_cases(coverage))
    pathlib.Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")
