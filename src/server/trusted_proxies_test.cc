#include "server/trusted_proxies.h"

#include <gtest/gtest.h>

namespace server {
namespace {

wire::http::Request with(std::string_view forwarded, std::string_view proto = {}) {
  wire::http::Request request;
  if (!forwarded.empty()) request.headers.add("X-Forwarded-For", forwarded);
  if (!proto.empty()) request.headers.add("X-Forwarded-Proto", proto);
  return request;
}

TEST(TrustedProxiesTest, NetworksAndAddresses) {
  const auto proxies = TrustedProxies::parse("10.1.0.0/16, 127.0.0.1,::1, fd00::/8");
  ASSERT_TRUE(proxies);
  const struct {
    std::string_view address;
    bool trusted;
  } rows[] = {
      {"10.1.255.1", true},      {"10.2.0.1", false}, {"127.0.0.1", true}, {"127.0.0.2", false},
      {"::ffff:10.1.0.9", true}, {"::1", true},       {"::2", false},      {"fd12::1", true},
      {"fe80::1", false},        {"nonsense", false}, {"", false}};
  for (const auto& row : rows) EXPECT_EQ(proxies->trusts(row.address), row.trusted) << row.address;
}

TEST(TrustedProxiesTest, WhatIsNoNetworkIsRefused) {
  for (const std::string_view text :
       {"10.0.0.0/33", "10.0.0/8", "::1/129", "host", "1.2.3.4/", "1.2.3.4/x"}) {
    EXPECT_FALSE(TrustedProxies::parse(text)) << text;
  }
  EXPECT_TRUE(TrustedProxies::parse(""));
  EXPECT_TRUE(TrustedProxies::parse(" , 0.0.0.0/0"));
}

TEST(TrustedProxiesTest, OnlyProxiesAreBelieved) {
  const auto proxies = TrustedProxies::parse("10.0.0.0/8");
  ASSERT_TRUE(proxies);
  const struct {
    std::string_view peer, forwarded, proto, address;
    bool secure;
  } rows[] = {
      {"1.2.3.4", "9.9.9.9", "https", "1.2.3.4", false},
      {"10.0.0.1", "9.9.9.9", "https", "9.9.9.9", true},
      {"10.0.0.1", "9.9.9.9", "http", "9.9.9.9", false},
      // Clients may begin the list themselves: only what our own proxies wrote counts.
      {"10.0.0.1", "6.6.6.6, 9.9.9.9, 10.0.0.2", "", "9.9.9.9", false},
      {"10.0.0.1", "nonsense, 10.0.0.2", "", "10.0.0.2", false},
      {"10.0.0.1", "", "", "10.0.0.1", false},
  };
  for (const auto& row : rows) {
    const auto origin =
        proxies->origin(with(row.forwarded, row.proto), std::string(row.peer), false);
    EXPECT_EQ(origin.address, row.address) << row.forwarded;
    EXPECT_EQ(origin.is_secure, row.secure) << row.forwarded;
  }
}

}  // namespace
}  // namespace server
