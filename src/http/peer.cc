#include "http/peer.h"

#include "base/io_errors.h"
#include "http/characters.h"

#include <algorithm>
#include <optional>

namespace docquarry::http {
namespace {

namespace ip = boost::asio::ip;

bool contains(const ip::network_v4& network, const ip::address_v4& address) {
  return ip::network_v4(address, network.prefix_length()).canonical() == network.canonical();
}

bool contains(const ip::network_v6& network, const ip::address_v6& address) {
  return ip::network_v6(address, network.prefix_length()).canonical() == network.canonical();
}

// One hop as proxies write it: "1.2.3.4", "1.2.3.4:567", "2001:db8::1", "[2001:db8::1]:567".
std::optional<ip::address> parse_hop(std::string_view hop) {
  if (hop.starts_with('[')) {
    hop = hop.substr(1, hop.find(']') - 1);
  } else if (std::count(hop.begin(), hop.end(), ':') == 1) {
    hop = hop.substr(0, hop.find(':'));
  }
  boost::system::error_code problem;
  auto address = ip::make_address(std::string(hop), problem);
  return problem ? std::nullopt : std::optional(unmapped(address));
}

}  // namespace

ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& entries) {
  TrustedProxies proxies;
  for (const auto& entry : entries) {
    boost::system::error_code not_v4, not_v6;
    bool v6 = entry.find(':') != std::string::npos;
    bool network = entry.find('/') != std::string::npos;
    if (v6) proxies.v6_.push_back(ip::make_network_v6(network ? entry : entry + "/128", not_v6));
    else proxies.v4_.push_back(ip::make_network_v4(network ? entry : entry + "/32", not_v4));
    if (not_v4 || not_v6) return fail(connection_failed, "the trusted proxy " + entry + " is neither an address nor a network");
  }
  return proxies;
}

bool TrustedProxies::trusts(const ip::address& address) const {
  if (address.is_v4())
    return std::any_of(v4_.begin(), v4_.end(), [&](const auto& network) { return contains(network, address.to_v4()); });
  return std::any_of(v6_.begin(), v6_.end(), [&](const auto& network) { return contains(network, address.to_v6()); });
}

std::string TrustedProxies::client_behind(const ip::address& nearest, std::string_view forwarded_for) const {
  auto client = unmapped(nearest);
  while (trusts(client) && !forwarded_for.empty()) {
    auto comma = forwarded_for.rfind(',');
    auto hop = parse_hop(trimmed(forwarded_for.substr(comma == std::string_view::npos ? 0 : comma + 1)));
    if (!hop) break;
    client = *hop;
    forwarded_for = forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  return client.to_string();
}

}  // namespace docquarry::http
