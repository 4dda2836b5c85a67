#include "drivers/postgres/postgres_address.h"

#include "domain/error_codes.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <memory>

#include <libpq-fe.h>

namespace docquarry {
namespace {

using boost::asio::ip::tcp;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == ',') parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) text += "," + parts[i];
  return text;
}

// A directory with a UNIX socket, or an abstract one, has no name to look up.
bool is_socket(const std::string& host) { return host.empty() || host[0] == '/' || host[0] == '@'; }

// "postgresql+psycopg2://..." as SQLAlchemy writes it.
std::string without_python_driver(const std::string& url) {
  auto end = url.find("://");
  auto plus = url.find('+');
  if (end == url.npos || plus > end) return url;
  return url.substr(0, plus) + url.substr(end);
}

// A dead network is noticed within a minute, also by a connection that only listens. Kerberos would block.
constexpr std::pair<const char*, const char*> defaults[] = {
    {"application_name", "docquarry"}, {"client_encoding", "UTF8"}, {"gssencmode", "disable"},     {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},     {"keepalives_count", "3"},   {"tcp_user_timeout", "30000"},
};

}  // namespace

Result<PostgresAddress> PostgresAddress::parse(const std::string& url) {
  char* complaint = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(without_python_driver(url).c_str(), &complaint), &PQconninfoFree);
  PQfreemem(complaint);  // it may repeat the password
  if (!options)
    return fail(invalid_setting,
                "the URL of the database cannot be read: write postgres://user:password@host:port/database, with "
                "special characters of the password as %XX");
  PostgresAddress address;
  for (auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) address.parameters_.emplace_back(option->keyword, option->val);
  for (const auto& [key, value] : defaults)
    if (address.value(key).empty()) address.parameters_.emplace_back(key, value);
  return address;
}

std::string PostgresAddress::value(std::string_view key) const {
  for (const auto& [name, value] : parameters_)
    if (name == key) return value;
  return {};
}

std::string PostgresAddress::shown() const {
  auto host = value("host"), port = value("port");
  return (host.empty() ? "local" : host) + ":" + (port.empty() ? "5432" : port) + "/" + value("dbname");
}

Async<Result<PostgresParameters>> PostgresAddress::resolved(boost::asio::io_context& loop) const {
  auto hosts = split(value("host")), ports = split(value("port"));
  PostgresParameters parameters = parameters_;
  if (!value("hostaddr").empty() || std::all_of(hosts.begin(), hosts.end(), is_socket)) co_return parameters;
  std::vector<std::string> found_hosts, found_ports, addresses;
  std::string unknown;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const std::string& host = hosts[i];
    std::string port = ports.size() == hosts.size() ? ports[i] : ports.front();
    if (port.empty()) port = "5432";
    auto add = [&](std::string address) {
      found_hosts.push_back(host);
      found_ports.push_back(port);
      addresses.push_back(std::move(address));
    };
    boost::system::error_code error;
    boost::asio::ip::make_address(host, error);
    if (is_socket(host) || !error) {
      add(is_socket(host) ? std::string() : host);
      continue;
    }
    tcp::resolver resolver(loop);
    auto results = co_await resolver.async_resolve(host, port, boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error) unknown = host + ": " + error.message();
    for (const auto& result : results) add(result.endpoint().address().to_string());
  }
  if (addresses.empty()) co_return fail(database_unavailable, "cannot look up the database's host " + unknown);
  std::erase_if(parameters, [](const auto& parameter) { return parameter.first == "host" || parameter.first == "port"; });
  parameters.emplace_back("host", joined(found_hosts));
  parameters.emplace_back("port", joined(found_ports));
  parameters.emplace_back("hostaddr", joined(addresses));
  co_return parameters;
}

}  // namespace docquarry
