#include "app/settings_table.h"

#include "app/setting_values.h"
#include "domain/error_codes.h"
#include "drivers/llamaparse/llamaparse_options.h"
#include "net/url.h"

#include <algorithm>

#include <algorithm>

namespace docquarry {
namespace {

using namespace std::chrono_literals;

using Parser = decltype(SettingRow::parse);

// The place that a chain of members leads to: in(&Settings::attempts, &AttemptLimits::child_failures).
template <class... Members>
auto in(Members... members) {
  return [=](Settings& settings) -> auto& { return (settings.*....*members); };
}

template <class Place>
Parser number(Place place, std::int64_t least, std::int64_t most) {
  return [=](Settings& settings, std::string_view text) -> Result<void> {
    TRY(auto value, parse_number(text, least, most));
    auto& target = place(settings);
    target = std::remove_reference_t<decltype(target)>(value);
    return {};
  };
}

template <class Place>
Parser size(Place place, std::uint64_t least, std::uint64_t most) {
  return [=](Settings& settings, std::string_view text) -> Result<void> {
    TRY(auto value, parse_size(text, least, most));
    auto& target = place(settings);
    target = std::remove_reference_t<decltype(target)>(value);
    return {};
  };
}

template <class Place>
Parser duration(Place place, std::chrono::milliseconds least, std::chrono::milliseconds most) {
  return [=](Settings& settings, std::string_view text) -> Result<void> {
    TRY(auto value, parse_duration(text, least, most));
    auto& target = place(settings);
    target = std::chrono::duration_cast<std::remove_reference_t<decltype(target)>>(value);
    if (target != value) return fail(invalid_setting, "must be whole seconds");
    return {};
  };
}

template <class Place>
Parser choice(Place place, std::vector<std::string> choices) {
  return [=](Settings& settings, std::string_view text) -> Result<void> {
    TRY(auto value, parse_choice(text, choices));
    auto& target = place(settings);
    target = std::remove_reference_t<decltype(target)>(value);
    return {};
  };
}

template <class Place>
Parser list(Place place) {
  return [=](Settings& settings, std::string_view text) -> Result<void> {
    place(settings) = parse_list(text);
    return {};
  };
}

template <class Place>
Parser text(Place place) {
  return [=](Settings& settings, std::string_view value) -> Result<void> {
    place(settings) = value;
    return {};
  };
}

// One of `forms`: "memory:" means exactly this, "sqlite:PATH" and "redis://..." anything longer than the part that stands for itself. Which driver
// it is, is decided in app/drivers.cc. The value may hold a password, so a refusal does not repeat it.
template <class Place>
Parser store(Place place, std::vector<std::string> forms) {
  return [=](Settings& settings, std::string_view value) -> Result<void> {
    bool fits = std::ranges::any_of(forms, [&](const std::string& form) {
      if (form.ends_with(':')) return value == form;
      auto slashes = form.find("://");
      auto fixed = slashes == form.npos ? form.find(':') + 1 : slashes + 3;
      return value.starts_with(std::string_view(form).substr(0, fixed)) && value.size() > fixed;
    });
    if (!fits) return fail(invalid_setting, "must be " + either(forms));
    place(settings) = value;
    return {};
  };
}

// SQLAlchemy writes the driver of Python's behind the scheme ("postgresql+psycopg2://"); it is the same address.
Result<void> parse_database(Settings& settings, std::string_view value) {
  std::string url(value);
  if (auto plus = url.find("://"); url.starts_with("postgresql") && plus != url.npos) url.replace(0, plus, "postgres");
  return store(in(&Settings::database), {"sqlite:PATH", "postgres://USER:PASSWORD@HOST:PORT/NAME"})(settings, url);
}

Result<void> parse_listen(Settings& settings, std::string_view text) {
  TRY(auto address, parse_address(text));
  settings.listen = {address.address, address.port};
  return {};
}

Result<void> parse_data(Settings& settings, std::string_view text) {
  if (text.empty()) return fail(invalid_setting, "must be a directory");
  settings.data = text;
  return {};
}

Result<void> parse_roles(Settings& settings, std::string_view text) {
  const std::vector<std::string> known{"api", "worker"};
  std::set<std::string> roles;
  for (const auto& role : parse_list(text)) {
    auto which = parse_choice(role, known);
    if (!which) return fail(invalid_setting, "must be one or more of api, worker");
    roles.insert(known[*which]);
  }
  if (roles.empty()) return fail(invalid_setting, "must be one or more of api, worker");
  settings.roles = std::move(roles);
  return {};
}

Result<void> parse_file_megabytes(Settings& settings, std::string_view text) {
  TRY(auto megabytes, parse_number(text, 1, 4096));
  settings.upload_limits.file_bytes = std::uint64_t(megabytes) << 20;
  return {};
}

Result<void> parse_extractors(Settings& settings, std::string_view text) {
  std::vector<ExtractorChoice> order;
  for (const auto& word : parse_list(text)) {
    auto choice = parse_extractor_choice(word);
    bool is_new = choice && *choice != ExtractorChoice::automatic && std::ranges::find(order, *choice) == order.end();
    if (!is_new) return fail(invalid_setting, "must be local, llamaparse, or both in the order in which they are to be tried");
    order.push_back(*choice);
  }
  if (order.empty()) return fail(invalid_setting, "must be local, llamaparse, or both in the order in which they are to be tried");
  settings.extractors = std::move(order);
  return {};
}

// It becomes a header, so it must be able to.
Result<void> parse_llama_cloud_key(Settings& settings, std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; }))
    return fail(invalid_setting, "must hold nothing but printable ASCII characters, and no space");
  settings.llama_cloud_key = text;
  return {};
}

Result<void> parse_llama_cloud_url(Settings& settings, std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  if (!text.empty() && !net::parse_url(text))
    return fail(invalid_setting, "must be an address like https://api.cloud.llamaindex.ai");
  settings.llama_cloud_url = text;
  return {};
}

Result<void> parse_llama_region(Settings& settings, std::string_view text) {
  CHECK(llama_cloud_address(text));
  settings.llama_region = text;
  return {};
}

Result<void> parse_llama_tier(Settings& settings, std::string_view text) {
  CHECK(parse_choice(text, {"fast", "cost_effective", "agentic", "agentic_plus"}));
  settings.llama_tier = text;
  return {};
}

Result<void> parse_server(Settings& settings, std::string_view text) {
  if (!text.starts_with("http://") && !text.starts_with("https://"))
    return fail(invalid_setting, "must be an address like http://127.0.0.1:8000");
  settings.server = text;
  return {};
}

}  // namespace

const std::vector<SettingRow>& settings_table() {
  using H = http::ServerLimits;
  using S = SandboxLimits;
  using A = aws::CredentialOptions;
  constexpr auto aws = &Settings::aws;
  constexpr auto http_limits = &Settings::http_limits;
  constexpr auto sandbox = &Settings::sandbox_limits;
  // clang-format off
  static const std::vector<SettingRow> rows{
    {"DOCQUARRY_LISTEN", {}, "127.0.0.1:8000", "address:port", false,
     "Where the API listens; a process without the role api shows only /livez, /readyz, /metrics and /version there. Port 0 takes any free one. Anything but a loopback address opens the service to others: it has no accounts yet.", parse_listen},
    {"DOCQUARRY_DATA", {}, "./data", "directory", false,
     "Where the embedded stores live. One process at a time may use it.", parse_data},
    {"POSTGRES_HOST", {}, "", "host name or address", false,
     "Where PostgreSQL is. Set it, or POSTGRES_DB, and DOCQUARRY_DATABASE is PostgreSQL.", text(in(&Settings::postgres, &PostgresParts::host))},
    {"POSTGRES_PORT", {}, "5433", "number", false,
     "Its port; the default is the original's.", number(in(&Settings::postgres, &PostgresParts::port), 1, 65535)},
    {"POSTGRES_DB", {}, "", "name", false,
     "Which of its databases; document_processor when only the host is set.", text(in(&Settings::postgres, &PostgresParts::database))},
    {"POSTGRES_USER", {}, "docuser", "name", false,
     "Who we are there.", text(in(&Settings::postgres, &PostgresParts::user))},
    {"POSTGRES_PASSWORD", {}, "", "text", true,
     "Our password there. There is no default.", text(in(&Settings::postgres, &PostgresParts::password))},
    {"DOCQUARRY_DATABASE", {"DATABASE_URL"}, "{database}", "sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/NAME", false,
     "Documents, tasks and results: the truth. Parameters of libpq may follow, like `?sslmode=verify-full`.", parse_database},
    {"DOCQUARRY_DATABASE_CONNECTIONS", {}, "8", "number", false,
     "How many connections to PostgreSQL this process keeps at most; one more listens for new tasks.", number(in(&Settings::database_connections), 1, 1000)},
    {"DEBUG_SQL", {"DOCQUARRY_DEBUG_SQL"}, "false", "true, false", false,
     "Log every statement with its time (PostgreSQL).", choice(in(&Settings::debug_sql), {"false", "true"})},

    {"AWS_ACCESS_KEY_ID", {}, "", "text", false,
     "Who we are towards AWS and what is compatible. Without it the role of the container or of the machine is used.", text(in(aws, &A::access_key_id))},
    {"AWS_SECRET_ACCESS_KEY", {}, "", "text", true,
     "The secret that belongs to it.", text(in(aws, &A::secret_access_key))},
    {"AWS_SESSION_TOKEN", {}, "", "text", true,
     "The token of temporary credentials.", text(in(aws, &A::session_token))},
    {"AWS_REGION", {"AWS_DEFAULT_REGION"}, "us-east-1", "name", false,
     "The region of bucket and queue.", text(in(&Settings::aws_region))},
    {"AWS_ENDPOINT_URL", {}, "", "URL", false,
     "Where an S3 and an SQS that are not Amazon's are; next two settings: where only one of them is.", text(in(&Settings::aws_endpoint))},
    {"AWS_ENDPOINT_URL_S3", {}, "", "URL", false,
     "Where the S3 is.", text(in(&Settings::s3_endpoint))},
    {"AWS_ENDPOINT_URL_SQS", {}, "", "URL", false,
     "Where the SQS is; else the address of the queue says it.", text(in(&Settings::sqs_endpoint))},
    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", {}, "", "path", false,
     "Where a container on ECS asks for the credentials of its role.", text(in(aws, &A::container_relative_uri))},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", {}, "", "URL", false,
     "Where a container on EKS asks for them.", text(in(aws, &A::container_full_uri))},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", {}, "", "text", true,
     "What it shows there.", text(in(aws, &A::container_token))},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", {}, "", "file", false,
     "Where what it shows there stands.", text(in(aws, &A::container_token_file))},
    {"AWS_EC2_METADATA_DISABLED", {}, "false", "true, false", false,
     "Do not ask the machine for its role.", choice(in(aws, &A::instance_role_disabled), {"false", "true"})},
    {"AWS_EC2_METADATA_SERVICE_ENDPOINT", {}, "http://169.254.169.254", "URL", false,
     "Where the machine is asked.", text(in(aws, &A::instance_metadata))},

    {"S3_BUCKET_NAME", {}, "", "name", false,
     "Set it, and DOCQUARRY_FILES is this bucket.", text(in(&Settings::s3_bucket))},
    {"DOCQUARRY_FILES", {}, "{files}", "file:PATH, s3://BUCKET/PREFIX", false,
     "The uploaded files.", store(in(&Settings::files), {"file:PATH", "s3://BUCKET/PREFIX"})},
    {"DOCQUARRY_S3_PATH_STYLE", {}, "auto", "auto, yes, no", false,
     "Whether the bucket stands in the path instead of the host name; auto: yes where AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3 is set.", choice(in(&Settings::s3_path_style), {"auto", "yes", "no"})},
    {"DOCQUARRY_S3_REDIRECT", {}, "no", "no, yes", false,
     "Send those who download an original to S3 with an address that is good for a short time, instead of sending it through this service.", choice(in(&Settings::s3_redirect), {"no", "yes"})},

    {"SQS_QUEUE_URL", {}, "", "URL", false,
     "Set it, and DOCQUARRY_QUEUE is this queue.", text(in(&Settings::sqs_queue_url))},
    {"DOCQUARRY_QUEUE", {}, "{queue}", "memory:, postgres:, sqs:URL", false,
     "How workers hear of new tasks; only a doorbell. postgres: uses the database itself.", store(in(&Settings::queue), {"memory:", "postgres:", "sqs:URL"})},

    {"REDIS_HOST", {}, "", "host name or address", false,
     "Where Redis is. Set it, and DOCQUARRY_LIVE is Redis.", text(in(&Settings::redis, &RedisParts::host))},
    {"REDIS_PORT", {}, "6379", "number", false,
     "Its port.", number(in(&Settings::redis, &RedisParts::port), 1, 65535)},
    {"REDIS_DB", {}, "0", "number", false,
     "Which of its databases.", number(in(&Settings::redis, &RedisParts::database), 0, 1'000'000)},
    {"REDIS_PASSWORD", {}, "", "text", true,
     "Our password there.", text(in(&Settings::redis, &RedisParts::password))},
    {"DOCQUARRY_LIVE", {"REDIS_URL"}, "{live}", "memory:, redis://:PASSWORD@HOST:PORT/DB", false,
     "Progress, cached results and rate limits; may forget.", store(in(&Settings::live), {"memory:", "redis://:PASSWORD@HOST:PORT/DB", "rediss://:PASSWORD@HOST:PORT/DB"})},

    {"DOCQUARRY_ROLES", {}, "api,worker", "list of api, worker", false,
     "What this process does.", parse_roles},
    {"DOCQUARRY_CONCURRENCY", {}, "{cores}", "number", false,
     "How many documents are extracted at once.", number(in(&Settings::concurrency), 1, 1024)},
    {"DOCQUARRY_LOG_LEVEL", {}, "info", "debug, info, warn, error, off", false,
     "The least important events that are logged.", choice(in(&Settings::log_level), {"debug", "info", "warn", "error", "off"})},
    {"DOCQUARRY_DRAIN_TIME", {}, "30s", "time", false,
     "How long running requests may take to finish when the service stops.", duration(in(&Settings::drain_time), 0s, 1h)},

    {"DOCQUARRY_LEASE", {}, "30s", "time", false,
     "How long a worker may be silent before another one continues its task.", duration(in(&Settings::lease), 500ms, 1h)},
    {"DOCQUARRY_ATTEMPTS_BACKEND", {}, "8", "number", false,
     "How often a task may fail because a store did not answer or the extractor did not start. The pauses double, from 2 s: 8 outlast an outage of four minutes.", number(in(&Settings::attempts, &AttemptLimits::backend_failures), 1, 1000)},
    {"DOCQUARRY_ATTEMPTS_CHILD", {}, "2", "number", false,
     "How often a document may crash the extractor before it fails.", number(in(&Settings::attempts, &AttemptLimits::child_failures), 1, 1000)},
    {"DOCQUARRY_ATTEMPTS_INTERRUPTED", {}, "20", "number", false,
     "How often a task may be interrupted because its worker died.", number(in(&Settings::attempts, &AttemptLimits::interruptions), 1, 1'000'000)},
    {"DOCQUARRY_QUEUE_LIMIT", {}, "1000", "number", false,
     "More waiting tasks than this, and uploads are answered 503.", number(in(&Settings::queue_limit), 1, 1'000'000'000)},
    {"DOCQUARRY_SWEEP_EVERY", {}, "10m", "time", false,
     "How often files that belong to no document are looked for and removed.", duration(in(&Settings::sweep_every), 1s, 24h)},
    {"DOCQUARRY_UPLOAD_GRACE", {}, "1h", "time", false,
     "How old such a file must be: longer than any upload takes.", duration(in(&Settings::upload_grace), 1s, 168h)},

    {"MAX_FILE_SIZE_MB", {"DOCQUARRY_MAX_FILE_SIZE_MB"}, "50", "MB", false,
     "The largest file that may be uploaded.", parse_file_megabytes},
    {"MAX_FILES_PER_REQUEST", {"DOCQUARRY_MAX_FILES_PER_REQUEST"}, "100", "number", false,
     "How many files one upload may hold.", number(in(&Settings::upload_limits, &UploadLimits::files_per_request), 1, 10'000)},
    {"DOCQUARRY_MAX_REQUEST_SIZE", {}, "512MB", "size", false,
     "The largest upload, all its files together.", size(in(&Settings::upload_limits, &UploadLimits::request_bytes), 1 << 20, 1ull << 40)},
    {"RATE_LIMIT_REQUESTS", {"DOCQUARRY_RATE_LIMIT_REQUESTS"}, "10", "number", false,
     "How many uploads one client may send within the window.", number(in(&Settings::rate_limit_requests), 1, 1'000'000)},
    {"RATE_LIMIT_WINDOW", {"DOCQUARRY_RATE_LIMIT_WINDOW"}, "60", "time", false,
     "The window of the rate limit.", duration(in(&Settings::rate_limit_window), 1s, 24h)},
    {"TASK_RESULT_TTL", {"DOCQUARRY_TASK_RESULT_TTL"}, "3600", "time", false,
     "How long a result stays cached. It stays in the database until it is deleted.", duration(in(&Settings::task_result_ttl), 1s, 8760h)},
    {"ERROR_FORMAT", {"DOCQUARRY_ERROR_FORMAT"}, "superset", "superset, legacy", false,
     "Error bodies of the original's routes: with `detail` beside `error`, or exactly as they were.", choice(in(&Settings::error_format_legacy), {"superset", "legacy"})},
    {"DOCQUARRY_TRUSTED_PROXIES", {}, "", "list of addresses, networks", false,
     "Whose X-Forwarded-For is believed.", list(in(&Settings::trusted_proxies))},
    {"DOCQUARRY_ALLOWED_HOSTS", {}, "", "list of host names", false,
     "Host names under which the service may be called, besides those of the loopback address. Requests for other names, and those that pages of other sites make, are refused. None: any name, unless the service listens on a loopback address.", list(in(&Settings::allowed_hosts))},

    {"DOCQUARRY_HEAD_SIZE", {}, "16kB", "size", false,
     "The largest request head.", size(in(http_limits, &H::head_bytes), 1 << 10, 1 << 20)},
    {"DOCQUARRY_TARGET_SIZE", {}, "8kB", "size", false,
     "The longest request target.", size(in(http_limits, &H::target_bytes), 256, 1 << 20)},
    {"DOCQUARRY_HEADERS", {}, "64", "number", false,
     "How many headers a request may have.", number(in(http_limits, &H::headers), 8, 1000)},
    {"DOCQUARRY_HEAD_TIME", {}, "10s", "time", false,
     "How long a client may take to send a request head.", duration(in(http_limits, &H::head_time), 1s, 10min)},
    {"DOCQUARRY_IDLE_TIME", {}, "60s", "time", false,
     "How long a connection may wait for its next request, and a client may stop reading.", duration(in(http_limits, &H::idle_time), 1s, 1h)},
    {"DOCQUARRY_BODY_RATE", {}, "1kB", "size per second", false,
     "The slowest upload, measured after its first 10 seconds.", size(in(http_limits, &H::slowest_body_bytes_per_second), 0, 1 << 30)},
    {"DOCQUARRY_CONNECTIONS", {}, "4096", "number", false,
     "How many clients may be connected at once.", number(in(http_limits, &H::connections), 1, 1'000'000)},

    {"DOCQUARRY_ISOLATION", {}, "document", "document, owner", false,
     "Who shares an extractor process: no two documents, or small documents of one owner (faster).", choice(in(&Settings::isolation), {"document", "owner"})},
    {"DOCQUARRY_SANDBOX", {}, "required", "required, best_effort", false,
     "What happens where the system lacks a layer of the sandbox: refuse to start, or go on and say so.", choice(in(&Settings::sandbox_required), {"best_effort", "required"})},
    {"DOCQUARRY_CHILD_MEMORY", {}, "512MB", "size", false,
     "How much memory one document may take.", size(in(sandbox, &S::memory_bytes), 64 << 20, 1ull << 40)},
    {"DOCQUARRY_CHILD_CPU", {}, "30s", "time", false,
     "How much processor time one document may take, before its pages are counted.", duration(in(sandbox, &S::cpu_base), 1s, 24h)},
    {"DOCQUARRY_CHILD_CPU_PER_PAGE", {}, "500ms", "time", false,
     "How much more for each of its pages.", duration(in(sandbox, &S::cpu_per_page), 0s, 1h)},
    {"DOCQUARRY_CHILD_CPU_MAX", {}, "5m", "time", false,
     "How much at most.", duration(in(sandbox, &S::cpu_most), 1s, 24h)},
    {"DOCQUARRY_CHILD_WALL_FACTOR", {}, "2", "number", false,
     "How much longer than its processor time a document may take by the clock on the wall.", number(in(sandbox, &S::wall_factor), 1, 100)},
    {"DOCQUARRY_CHILD_STALL", {}, "20s", "time", false,
     "How long a document may show no progress.", duration(in(sandbox, &S::no_progress), 1s, 24h)},
    {"DOCQUARRY_MAX_PAGES", {}, "10000", "number", false,
     "Pages that are extracted of one document; the rest is left out and the result marked partial, as with all limits below.", number(in(sandbox, &S::pages), 1, 1'000'000)},
    {"DOCQUARRY_MAX_OBJECTS", {}, "1000000", "number", false,
     "Page objects that are looked at in one document.", number(in(sandbox, &S::objects), 1000, 1'000'000'000)},
    {"DOCQUARRY_MAX_DEPTH", {}, "64", "number", false,
     "How deep forms and outline entries may be nested.", number(in(sandbox, &S::depth), 1, 1000)},
    {"DOCQUARRY_MAX_PAGE_TEXT", {}, "4000000", "characters", false,
     "The longest text of one page.", number(in(sandbox, &S::text_per_page), 1000, 100'000'000)},
    {"DOCQUARRY_MAX_DOCUMENT_TEXT", {}, "64000000", "characters", false,
     "The longest text of one document.", number(in(sandbox, &S::text_per_document), 1000, 1'000'000'000)},
    {"DOCQUARRY_MAX_METADATA_FIELD", {}, "64kB", "size", false,
     "The longest metadata field.", size(in(sandbox, &S::metadata_field_bytes), 1 << 10, 4 << 20)},
    {"DOCQUARRY_MAX_METADATA", {}, "1MB", "size", false,
     "All metadata of one document together.", size(in(sandbox, &S::metadata_bytes), 1 << 10, 6 << 20)},

    {"DOCQUARRY_EXTRACTOR", {}, "local", "list of local, llamaparse", false,
     "Who extracts when a request does not say it. Of several, the next one tries when one cannot: llamaparse,local. Users can have one of their own (the column `extractor` of `users`).", parse_extractors},
    {"LLAMA_CLOUD_API_KEY", {"DOCQUARRY_LLAMA_CLOUD_API_KEY"}, "", "key", true,
     "The key for LlamaCloud. Without it no document is ever sent there; with it those are for which a request, a user or DOCQUARRY_EXTRACTOR asks for llamaparse.", parse_llama_cloud_key},
    {"DOCQUARRY_LLAMA_REGION", {}, "na", "na, eu", false,
     "The region of LlamaCloud that the key belongs to: North America or Europe.", parse_llama_region},
    {"DOCQUARRY_LLAMA_TIER", {}, "cost_effective", "fast, cost_effective, agentic, agentic_plus", false,
     "How well LlamaParse reads, and what it charges for a page.", parse_llama_tier},
    {"LLAMA_CLOUD_BASE_URL", {"DOCQUARRY_LLAMA_CLOUD_BASE_URL"}, "", "http://host:port", false,
     "Another address for LlamaCloud than that of the region.", parse_llama_cloud_url},

    {"DOCQUARRY_SERVER", {}, "http://127.0.0.1:8000", "http://host:port", false,
     "Which service the commands upload, status, result, list, delete, cancel and retry speak to.", parse_server},
  };
  // clang-format on
  return rows;
}

}  // namespace docquarry
