#include "app/settings.h"

#include "app/settings_table.h"
#include "app/store_settings.h"
#include "domain/error_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace docquarry {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Variables = std::vector<std::pair<std::string, std::string>>;

Settings loaded(Variables environment, std::optional<std::string> env_file = {}, std::vector<Assignment> command_line = {}) {
  auto result = load_settings(SettingSources{std::move(command_line), std::move(environment), std::move(env_file)});
  EXPECT_TRUE(result) << result.error().message();
  return result ? result->settings : Settings{};
}

std::string refusal(Variables environment, std::optional<std::string> env_file = {}, std::vector<Assignment> command_line = {}) {
  auto result = load_settings(SettingSources{std::move(command_line), std::move(environment), std::move(env_file)});
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_TRUE(result.error().is(invalid_setting));
  return result.error().message();
}

const EffectiveSetting& effective(const LoadedSettings& settings, const std::string& name) {
  for (const auto& setting : settings.effective)
    if (setting.name == name) return setting;
  throw std::runtime_error("no setting " + name);
}

TEST(Settings, need_nothing_to_be_set) {
  auto settings = loaded({});

  EXPECT_EQ(settings.listen.address, "127.0.0.1");
  EXPECT_EQ(settings.listen.port, 8000);
  EXPECT_EQ(settings.data, "./data");
  EXPECT_EQ(settings.database, "sqlite:./data/docquarry.db");
  EXPECT_EQ(settings.files, "file:./data/files");
  EXPECT_EQ(settings.queue, "memory:");
  EXPECT_EQ(settings.live, "memory:");
  EXPECT_EQ(settings.roles, (std::set<std::string>{"api", "worker"}));
  EXPECT_GE(settings.concurrency, 1);
  EXPECT_EQ(settings.lease, 30s);
  EXPECT_EQ(settings.isolation, Isolation::document);
  EXPECT_TRUE(settings.sandbox_required);
  EXPECT_EQ(settings.server, "http://127.0.0.1:8000");
}

TEST(Settings, name_the_extractors_in_the_order_in_which_they_are_tried) {
  using Order = std::vector<ExtractorChoice>;
  EXPECT_EQ(loaded({}).extractors, Order({ExtractorChoice::local}));
  EXPECT_EQ(loaded({{"DOCQUARRY_EXTRACTOR", "llamaparse, local"}}).extractors,
            Order({ExtractorChoice::llamaparse, ExtractorChoice::local}));
  for (const char* wrong : {"", "auto", "local,local", "tesseract"})
    EXPECT_THAT(refusal({{"DOCQUARRY_EXTRACTOR", wrong}}), HasSubstr("must be local, llamaparse")) << wrong;
}

TEST(Settings, never_show_the_key_for_llamacloud_and_refuse_one_that_cannot_be_a_header) {
  auto settings = load_settings(SettingSources{{}, {{"LLAMA_CLOUD_API_KEY", "llx-secret"}}, {}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->settings.llama_cloud_key, "llx-secret");
  EXPECT_EQ(effective(*settings, "LLAMA_CLOUD_API_KEY").value, "***");
  auto wrong = refusal({{"LLAMA_CLOUD_API_KEY", "secret\r\nX: y"}});
  EXPECT_THAT(wrong, HasSubstr("LLAMA_CLOUD_API_KEY=***"));
  EXPECT_THAT(wrong, Not(HasSubstr("secret")));
}

TEST(Settings, say_where_llamacloud_is) {
  EXPECT_EQ(loaded({}).llama_region, "na");
  EXPECT_EQ(loaded({{"DOCQUARRY_LLAMA_TIER", "agentic"}}).llama_tier, "agentic");
  EXPECT_THAT(refusal({{"DOCQUARRY_LLAMA_TIER", "best"}}), HasSubstr("must be fast, cost_effective, agentic or agentic_plus"));
  EXPECT_EQ(loaded({{"LLAMA_CLOUD_BASE_URL", "http://127.0.0.1:9/prefix//"}}).llama_cloud_url, "http://127.0.0.1:9/prefix");
  EXPECT_THAT(refusal({{"LLAMA_CLOUD_BASE_URL", "api.cloud.llamaindex.ai"}}), HasSubstr("must be an address"));
  EXPECT_THAT(refusal({{"DOCQUARRY_LLAMA_REGION", "mars"}}), HasSubstr("must be na or eu"));
}

// The defaults of the table are what decides; those in the structs serve tests, and must not tell another story.
TEST(Settings, have_the_defaults_of_the_structs_that_they_fill) {
  auto settings = loaded({});
  Settings plain;

  EXPECT_EQ(settings.upload_limits.file_bytes, plain.upload_limits.file_bytes);
  EXPECT_EQ(settings.upload_limits.files_per_request, plain.upload_limits.files_per_request);
  EXPECT_EQ(settings.upload_limits.request_bytes, plain.upload_limits.request_bytes);
  EXPECT_EQ(settings.attempts.backend_failures, plain.attempts.backend_failures);
  EXPECT_EQ(settings.attempts.child_failures, plain.attempts.child_failures);
  EXPECT_EQ(settings.attempts.interruptions, plain.attempts.interruptions);
  EXPECT_EQ(settings.http_limits.head_bytes, plain.http_limits.head_bytes);
  EXPECT_EQ(settings.http_limits.target_bytes, plain.http_limits.target_bytes);
  EXPECT_EQ(settings.http_limits.headers, plain.http_limits.headers);
  EXPECT_EQ(settings.http_limits.head_time, plain.http_limits.head_time);
  EXPECT_EQ(settings.http_limits.idle_time, plain.http_limits.idle_time);
  EXPECT_EQ(settings.http_limits.slowest_body_bytes_per_second, plain.http_limits.slowest_body_bytes_per_second);
  EXPECT_EQ(settings.http_limits.connections, plain.http_limits.connections);
  const auto& limits = settings.sandbox_limits;
  const auto& plain_limits = plain.sandbox_limits;
  EXPECT_EQ(limits.memory_bytes, plain_limits.memory_bytes);
  EXPECT_EQ(limits.cpu_base, plain_limits.cpu_base);
  EXPECT_EQ(limits.cpu_per_page, plain_limits.cpu_per_page);
  EXPECT_EQ(limits.cpu_most, plain_limits.cpu_most);
  EXPECT_EQ(limits.wall_factor, plain_limits.wall_factor);
  EXPECT_EQ(limits.no_progress, plain_limits.no_progress);
  EXPECT_EQ(limits.pages, plain_limits.pages);
  EXPECT_EQ(limits.objects, plain_limits.objects);
  EXPECT_EQ(limits.depth, plain_limits.depth);
  EXPECT_EQ(limits.text_per_page, plain_limits.text_per_page);
  EXPECT_EQ(limits.text_per_document, plain_limits.text_per_document);
  EXPECT_EQ(limits.metadata_field_bytes, plain_limits.metadata_field_bytes);
  EXPECT_EQ(limits.metadata_bytes, plain_limits.metadata_bytes);
}

TEST(Settings, come_from_the_nearest_source) {
  std::string file = "DOCQUARRY_LEASE=10s\nDOCQUARRY_QUEUE_LIMIT=5\nDOCQUARRY_CONCURRENCY=3\n";
  Variables environment{{"DOCQUARRY_LEASE", "11s"}, {"DOCQUARRY_QUEUE_LIMIT", "6"}};
  std::vector<Assignment> flags{{"DOCQUARRY_LEASE", "12s", "--set"}};

  auto result = load_settings(SettingSources{flags, environment, file});

  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->settings.lease, 12s);
  EXPECT_EQ(result->settings.queue_limit, 6);
  EXPECT_EQ(result->settings.concurrency, 3);
  EXPECT_EQ(effective(*result, "DOCQUARRY_LEASE").source, "--set");
  EXPECT_EQ(effective(*result, "DOCQUARRY_QUEUE_LIMIT").source, "environment");
  EXPECT_EQ(effective(*result, "DOCQUARRY_CONCURRENCY").source, ".env");
  EXPECT_EQ(effective(*result, "DOCQUARRY_ROLES").source, "default");
}

TEST(Settings, know_the_names_of_the_original) {
  auto settings = loaded({{"MAX_FILE_SIZE_MB", "7"},
                          {"MAX_FILES_PER_REQUEST", "8"},
                          {"RATE_LIMIT_REQUESTS", "9"},
                          {"RATE_LIMIT_WINDOW", "61"},
                          {"TASK_RESULT_TTL", "3601"},
                          {"ERROR_FORMAT", "legacy"}});

  EXPECT_EQ(settings.upload_limits.file_bytes, 7u << 20);
  EXPECT_EQ(settings.upload_limits.files_per_request, 8);
  EXPECT_EQ(settings.rate_limit_requests, 9);
  EXPECT_EQ(settings.rate_limit_window, 61s);
  EXPECT_EQ(settings.task_result_ttl, 3601s);
  EXPECT_TRUE(settings.error_format_legacy);
}

TEST(Settings, take_names_in_any_case_but_the_exact_one_first) {
  EXPECT_EQ(loaded({{"max_file_size_mb", "7"}}).upload_limits.file_bytes, 7u << 20);
  EXPECT_EQ(loaded({{"MAX_FILE_SIZE_MB", "8"}, {"max_file_size_mb", "7"}}).upload_limits.file_bytes, 8u << 20);
  EXPECT_EQ(loaded({{"DOCQUARRY_MAX_FILE_SIZE_MB", "9"}}).upload_limits.file_bytes, 9u << 20);
}

TEST(Settings, put_the_stores_below_the_data_directory) {
  auto settings = loaded({{"DOCQUARRY_DATA", "/srv/dq"}, {"DOCQUARRY_FILES", "file:/mnt/big"}});

  EXPECT_EQ(settings.database, "sqlite:/srv/dq/docquarry.db");
  EXPECT_EQ(settings.files, "file:/mnt/big");
}

TEST(Settings, make_addresses_of_stores_out_of_the_variables_of_the_original) {
  auto settings = loaded({{"POSTGRES_HOST", "db"},
                          {"POSTGRES_DB", "papers"},
                          {"POSTGRES_PASSWORD", "p@ss/word"},
                          {"S3_BUCKET_NAME", "scans"},
                          {"SQS_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/work"},
                          {"REDIS_HOST", "cache"},
                          {"REDIS_PASSWORD", "r:s"},
                          {"REDIS_DB", "2"},
                          {"DEBUG_SQL", "true"}});

  EXPECT_EQ(settings.database, "postgres://docuser:p%40ss%2Fword@db:5433/papers");
  EXPECT_EQ(settings.files, "s3://scans");
  EXPECT_EQ(settings.queue, "sqs:https://sqs.eu-west-1.amazonaws.com/1/work");
  EXPECT_EQ(settings.live, "redis://:r%3As@cache:6379/2");
  EXPECT_TRUE(settings.debug_sql);
  EXPECT_EQ(loaded({{"POSTGRES_DB", "papers"}}).database, "postgres://docuser@127.0.0.1:5433/papers");
  EXPECT_EQ(loaded({{"POSTGRES_HOST", "db"}}).queue, "postgres:");
}

TEST(Settings, take_one_address_per_store_before_its_parts) {
  auto settings =
      loaded({{"DATABASE_URL", "postgresql+asyncpg://me@other/x"}, {"POSTGRES_HOST", "db"}, {"REDIS_URL", "redis://r/0"}});

  EXPECT_EQ(settings.database, "postgres://me@other/x");
  EXPECT_EQ(settings.live, "redis://r/0");
  EXPECT_THAT(refusal({{"REDIS_URL", "http://r"}}), HasSubstr("must be memory:, redis://"));
}

std::string mix_refusal(Variables environment) {
  auto checked = check_stores(loaded(std::move(environment)));
  return checked ? "" : checked.error().message();
}

TEST(Settings, refuse_stores_that_cannot_work_together_and_say_what_to_set) {
  EXPECT_THAT(mix_refusal({{"DOCQUARRY_ROLES", "worker"}}), HasSubstr("set DOCQUARRY_DATABASE=postgres://"));
  EXPECT_THAT(mix_refusal({{"DOCQUARRY_QUEUE", "postgres:"}}), HasSubstr("needs DOCQUARRY_DATABASE=postgres://"));
  EXPECT_THAT(mix_refusal({{"POSTGRES_HOST", "db"}, {"DOCQUARRY_ROLES", "api"}, {"DOCQUARRY_QUEUE", "memory:"}}),
              HasSubstr("set DOCQUARRY_QUEUE to postgres: or sqs:URL"));
}

TEST(Settings, allow_every_mix_that_makes_sense) {
  EXPECT_EQ(mix_refusal({}), "");
  EXPECT_EQ(mix_refusal({{"S3_BUCKET_NAME", "scans"}, {"REDIS_HOST", "r"}, {"SQS_QUEUE_URL", "https://q"}}), "");
  EXPECT_EQ(mix_refusal({{"POSTGRES_HOST", "db"}, {"DOCQUARRY_ROLES", "api"}}), "");
  EXPECT_EQ(mix_refusal({{"POSTGRES_HOST", "db"}, {"DOCQUARRY_QUEUE", "memory:"}}), "");
}

TEST(Settings, refuse_an_unknown_name_and_say_which_was_meant) {
  EXPECT_EQ(refusal({{"DOCQUARRY_LEAS", "30s"}}),
            "DOCQUARRY_LEAS (from environment) is not a setting; did you mean DOCQUARRY_LEASE?");
  EXPECT_THAT(refusal({}, "docquarry_datbase=sqlite:x"),
              HasSubstr("docquarry_datbase (from .env) is not a setting; did you mean DOCQUARRY_DATABASE?"));
  EXPECT_THAT(refusal({{"DOCQUARRY_COFFEE_MACHINE_AND_MORE", "1"}}), HasSubstr("docs/configuration.md"));
  EXPECT_THAT(refusal({}, {}, {{"RATE_LIMIT_REQUEST", "1", "--set"}}), HasSubstr("did you mean RATE_LIMIT_REQUESTS?"));
}

TEST(Settings, do_not_mind_the_variables_of_others) {
  loaded({{"HOME", "/root"}, {"CELERY_BROKER_URL", "redis://x"}, {"MAX_FILE_SIZE", "x"}, {"RATE_LIMIT_REQUEST", "1"}},
         "PGADMIN_DEFAULT_EMAIL=a@b.c\n");
}

TEST(Settings, refuse_a_bad_value_and_say_what_is_allowed) {
  EXPECT_EQ(refusal({{"DOCQUARRY_LEASE", "soon"}}),
            "DOCQUARRY_LEASE=soon (from environment) must be a time like 500ms, 30s or 2m, from 500ms to 1h");
  EXPECT_EQ(refusal({{"DOCQUARRY_ISOLATION", "none"}}), "DOCQUARRY_ISOLATION=none (from environment) must be document or owner");
  EXPECT_THAT(refusal({{"DOCQUARRY_LISTEN", "8000"}}), HasSubstr("must be an address and a port, like 127.0.0.1:8000"));
  EXPECT_THAT(refusal({{"DOCQUARRY_CONCURRENCY", "0"}}), HasSubstr("must be a whole number from 1 to 1024"));
  EXPECT_THAT(refusal({{"DOCQUARRY_CONCURRENCY", ""}}), HasSubstr("must be a whole number"));
  EXPECT_THAT(refusal({{"DOCQUARRY_ROLES", "api,cook"}}), HasSubstr("must be one or more of api, worker"));
  EXPECT_THAT(refusal({{"DOCQUARRY_ROLES", " , "}}), HasSubstr("must be one or more of api, worker"));
  EXPECT_THAT(refusal({{"DOCQUARRY_HEAD_TIME", "1500ms"}}), HasSubstr("must be whole seconds"));
  EXPECT_THAT(refusal({{"DOCQUARRY_CHILD_WALL_FACTOR", "nan"}}), HasSubstr("must be a whole number from 1 to 100"));
  EXPECT_THAT(refusal({{"DOCQUARRY_DATABASE", "sqlite:"}}), HasSubstr("must be sqlite:PATH or postgres://"));
}

TEST(Settings, name_all_problems_at_once) {
  auto sentence = refusal({{"DOCQUARRY_LEASE", "x"}, {"DOCQUARRY_DATAA", "y"}, {"DOCQUARRY_ROLES", "z"}});

  EXPECT_EQ(std::count(sentence.begin(), sentence.end(), '\n'), 2);
}

TEST(Settings, never_show_a_password) {
  auto result = load_settings(SettingSources{{}, {{"DOCQUARRY_SERVER", "http://me:hunter2@example.com:8000"}}, {}});
  ASSERT_TRUE(result);
  EXPECT_EQ(effective(*result, "DOCQUARRY_SERVER").value, "http://me:***@example.com:8000");

  EXPECT_THAT(refusal({{"DOCQUARRY_DATABASE", "mysql://me:hunter2@db/x"}}), Not(HasSubstr("hunter2")));
}

#ifdef DOCQUARRY_FAULTS
TEST(Settings, leave_fault_points_to_those_who_read_them) { loaded({{"DOCQUARRY_FAULT", "claim:1:kill"}}); }
#else
TEST(Settings, know_no_fault_points_in_a_release) { refusal({{"DOCQUARRY_FAULT", "claim:1:kill"}}); }
#endif

TEST(Settings, are_described_with_their_sources) {
  auto result = load_settings(SettingSources{{}, {{"DOCQUARRY_TRUSTED_PROXIES", " 10.0.0.1 , 10.1.0.0/16"}}, {}});
  ASSERT_TRUE(result);
  EXPECT_THAT(result->settings.trusted_proxies, ElementsAre("10.0.0.1", "10.1.0.0/16"));

  auto text = describe(result->effective);

  EXPECT_THAT(text, HasSubstr("DOCQUARRY_LISTEN"));
  EXPECT_THAT(text, ::testing::ContainsRegex("DOCQUARRY_LISTEN +127.0.0.1:8000 +default\n"));
  EXPECT_THAT(text, ::testing::ContainsRegex("DOCQUARRY_ALLOWED_HOSTS +- +default\n"));
}

TEST(SettingsTable, has_a_sentence_for_every_setting_and_each_name_once) {
  std::set<std::string> names;
  for (const auto& row : settings_table()) {
    EXPECT_TRUE(row.help.ends_with('.')) << row.name;
    EXPECT_FALSE(row.unit.empty()) << row.name;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    for (const auto& alias : row.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
  }
}

}  // namespace
}  // namespace docquarry
