#include "app/store_settings.h"

#include "app/store_url.h"
#include "domain/error_codes.h"
#include "net/url.h"

namespace docquarry {
namespace {

std::string with_password(const std::string& user, const std::string& password) {
  if (user.empty() && password.empty()) return "";
  return net::percent_encoded(user) + (password.empty() ? "" : ":" + net::percent_encoded(password)) + "@";
}

std::string or_else(const std::string& given, const char* otherwise) { return given.empty() ? otherwise : given; }

}  // namespace

std::string default_database(const Settings& settings) {
  const auto& parts = settings.postgres;
  if (parts.host.empty() && parts.database.empty()) return "sqlite:" + settings.data + "/docquarry.db";
  return "postgres://" + with_password(parts.user, parts.password) + or_else(parts.host, "127.0.0.1") + ":" +
         std::to_string(parts.port) + "/" + net::percent_encoded(or_else(parts.database, "document_processor"));
}

std::string default_files(const Settings& settings) {
  if (settings.s3_bucket.empty()) return "file:" + settings.data + "/files";
  return "s3://" + settings.s3_bucket;
}

std::string default_queue(const Settings& settings) {
  if (!settings.sqs_queue_url.empty()) return "sqs:" + settings.sqs_queue_url;
  return store_kind(settings.database) == "postgres" ? "postgres:" : "memory:";
}

std::string default_live(const Settings& settings) {
  const auto& parts = settings.redis;
  if (parts.host.empty()) return "memory:";
  return "redis://" + with_password("", parts.password) + parts.host + ":" + std::to_string(parts.port) + "/" +
         std::to_string(parts.database);
}

Result<void> check_stores(const Settings& settings) {
  bool shared_database = store_kind(settings.database) == "postgres";
  bool both_roles = settings.roles.contains("api") && settings.roles.contains("worker");
  std::string only = "DOCQUARRY_ROLES=" + *settings.roles.begin();
  if (!shared_database && !both_roles)
    return fail(invalid_setting, only +
                                     " needs a database that other processes can use: set DOCQUARRY_DATABASE=postgres://…, or "
                                     "DOCQUARRY_ROLES=api,worker");
  if (store_kind(settings.queue) == "postgres" && !shared_database)
    return fail(invalid_setting,
                "DOCQUARRY_QUEUE=postgres: needs DOCQUARRY_DATABASE=postgres://… (with SQLite, leave DOCQUARRY_QUEUE at memory:)");
  if (store_kind(settings.queue) == "memory" && !both_roles)
    return fail(invalid_setting, only +
                                     " cannot be reached by DOCQUARRY_QUEUE=memory:, which rings only inside one process: set "
                                     "DOCQUARRY_QUEUE to postgres: or sqs:URL");
  return {};
}

}  // namespace docquarry
