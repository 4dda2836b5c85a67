// Who is calling, when there may be proxies in between.
#pragma once

#include "base/result.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace docquarry::http {

class TrustedProxies {
 public:
  TrustedProxies() = default;
  // Addresses ("10.0.0.7", "::1") and networks ("10.0.0.0/8"). Errors: connection_failed for what is neither.
  static Result<TrustedProxies> parse(const std::vector<std::string>& entries);

  // The nearest hop that is not a trusted proxy, reading X-Forwarded-For from its end; what stands before that hop is what the hop claims
  // and is not believed. `forwarded_for` may be empty.
  std::string client_behind(const boost::asio::ip::address& nearest, std::string_view forwarded_for) const;

  bool empty() const { return v4_.empty() && v6_.empty(); }

 private:
  bool trusts(const boost::asio::ip::address& address) const;

  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

// IPv4 addresses that came in through an IPv6 socket (::ffff:1.2.3.4) as IPv4.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

}  // namespace docquarry::http
