#include "app/address_limiter.h"

#include <gtest/gtest.h>

#include <string>

namespace app {
namespace {

using namespace std::chrono_literals;

TEST(AddressLimiter, GivesTokensBackWithTime) {
  AddressLimiter limiter(10, 3);
  base::MonotonicTime now{1h};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.allow("192.0.2.1", now));
  EXPECT_FALSE(limiter.allow("192.0.2.1", now));
  EXPECT_TRUE(limiter.allow("192.0.2.2", now)) << "others are not touched";
  now += 99ms;
  EXPECT_FALSE(limiter.allow("192.0.2.1", now));
  now += 1ms;
  EXPECT_TRUE(limiter.allow("192.0.2.1", now));
  EXPECT_FALSE(limiter.allow("192.0.2.1", now));
  now += 1h;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.allow("192.0.2.1", now)) << "not more than saved";
  EXPECT_FALSE(limiter.allow("192.0.2.1", now));
}

TEST(AddressLimiter, ZeroMeansNoLimit) {
  AddressLimiter limiter(0, 0);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(limiter.allow("192.0.2.1", {}));
  EXPECT_EQ(limiter.addresses(), 0U);
}

TEST(AddressLimiter, RemembersOnlyThoseThatMatterAndNotTooMany) {
  AddressLimiter limiter(1, 2, 100);
  base::MonotonicTime now{1h};
  for (int i = 0; i < 1000; ++i) (void)limiter.allow("192.0.2." + std::to_string(i), now);
  EXPECT_EQ(limiter.addresses(), 101U);
  EXPECT_FALSE(limiter.allow("198.51.100.1", now)) << "the rest shares one bucket, which is empty";
  now += 11s;
  EXPECT_TRUE(limiter.allow("198.51.100.1", now));
  EXPECT_EQ(limiter.addresses(), 1U);
}

TEST(AddressLimiter, TellsCustomersApart) {
  const struct {
    std::string_view address;
    std::string_view customer;
  } rows[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"::ffff:192.0.2.1", "192.0.2.1"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:"},
      {"2001:db8:1:2::", "2001:db8:1:2:"},
      {"2001:db8::1", "2001:db8:0:0:"},
      {"2001:db8::1:2:3:4:5", "2001:db8:0:1:"},
      {"::1", "0:0:0:0:"},
      {"::", "0:0:0:0:"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:"},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(customer_of(row.address), row.customer) << row.address;
}

}  // namespace
}  // namespace app
