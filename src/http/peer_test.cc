#include "http/peer.h"

#include <gtest/gtest.h>

namespace docquarry::http {
namespace {

std::string client(const std::vector<std::string>& trusted, const char* nearest, std::string_view forwarded_for) {
  auto proxies = TrustedProxies::parse(trusted);
  return proxies->client_behind(boost::asio::ip::make_address(nearest), forwarded_for);
}

TEST(TrustedProxies, are_the_only_ones_whose_word_counts) {
  EXPECT_EQ(client({}, "10.0.0.1", "1.2.3.4"), "10.0.0.1");
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.1", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(client({"10.0.0.1"}, "10.0.0.2", "1.2.3.4"), "10.0.0.2");
  EXPECT_EQ(client({"10.0.0.0/8", "fd00::/8"}, "fd00::1", "6.6.6.6, 1.2.3.4, 10.9.9.9:443"), "1.2.3.4")
      << "what a client claims is not believed";
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.0.0.1", "10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.0.0.1", "nonsense"), "10.0.0.1");
  EXPECT_EQ(client({"10.0.0.0/8"}, "10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(client({"10.0.0.0/8"}, "::ffff:10.0.0.1", "[2001:db8::1]:99"), "2001:db8::1");
}

TEST(TrustedProxies, must_be_addresses_or_networks) {
  EXPECT_FALSE(TrustedProxies::parse({"proxy.example.org"}));
  EXPECT_FALSE(TrustedProxies::parse({"10.0.0.0/99"}));
  EXPECT_FALSE(TrustedProxies::parse({"::/200"}));
  EXPECT_TRUE(TrustedProxies::parse({"::1", "127.0.0.1", "0.0.0.0/0"}));
}

}  // namespace
}  // namespace docquarry::http
