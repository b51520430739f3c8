#include "io/country_database.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <thread>

#include "io/country_test_support.h"
#include "io/files.h"

namespace io {
namespace {

using base::ErrorCode;

std::string text_of(std::array<char, 2> country) {
  return country[0] == '\0' ? "" : std::string(country.begin(), country.end());
}

class CountryDatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(folder_); }
  std::string path(const std::string& name = "c.mmdb") const {
    return folder_->path() + "/" + name;
  }
  std::unique_ptr<CountryDatabase> open() const {
    auto opened = CountryDatabase::open(path());
    if (!opened) ADD_FAILURE() << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  const base::Expected<TemporaryDirectory> folder_ = TemporaryDirectory::create();
};

TEST_F(CountryDatabaseTest, CountriesOfAddresses) {
  ASSERT_TRUE(test::write_country_database(path(), {{"81.2.69.0/24", "GB"},
                                                    {"81.2.69.128/25", "ie"},
                                                    {"2001:db8:1::/48", "JP"},
                                                    {"89.0.0.0/8", "too long"},
                                                    {"90.0.0.0/8", "4!"},
                                                    {"10.0.0.0/8", "US"},
                                                    {"127.0.0.0/8", "US"},
                                                    {"192.168.0.0/16", "US"},
                                                    {"::1/128", "US"},
                                                    {"fc00::/7", "US"},
                                                    {"fe80::/10", "US"}}));
  const auto database = open();
  ASSERT_NE(database, nullptr);
  EXPECT_EQ(database->type(), "Test-Country");
  EXPECT_GT(database->built_at(), base::WallTime(std::chrono::years(50)));
  const struct {
    std::string_view ip;
    std::string_view country;
  } rows[] = {
      {"81.2.69.1", "GB"},
      {"81.2.69.127", "GB"},
      {"81.2.69.128", "IE"},
      {"81.2.70.1", ""},
      {"::ffff:81.2.69.1", "GB"},
      {"::FFFF:5102:4501", "GB"},
      {"2001:db8:1::1", "JP"},
      {"2001:db8:1:ffff:ffff:ffff:ffff:ffff", "JP"},
      {"2001:db8:2::1", ""},
      {"89.1.1.1", ""},
      {"90.1.1.1", ""},
      {"10.1.2.3", ""},
      {"127.0.0.1", ""},
      {"192.168.255.255", ""},
      {"172.31.0.1", ""},
      {"100.64.0.1", ""},
      {"169.254.1.1", ""},
      {"0.0.0.0", ""},
      {"::ffff:10.1.2.3", ""},
      {"::1", ""},
      {"::", ""},
      {"fd00::1", ""},
      {"fe80::1", ""},
      {"", ""},
      {"nonsense", ""},
      {"81.2.69.1:80", ""},
      {"81.2.69", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(text_of(database->country_of(row.ip)), row.country) << row.ip;
  }
}

TEST_F(CountryDatabaseTest, FilesOfIpv4AloneAndFlatRecords) {
  ASSERT_TRUE(test::write_country_database(path(), {{"81.2.69.0/24", "GB"}}, "flat", 4));
  const auto database = open();
  ASSERT_NE(database, nullptr);
  EXPECT_EQ(text_of(database->country_of("81.2.69.1")), "GB");
  EXPECT_EQ(text_of(database->country_of("2001:db8::1")), "");
}

TEST_F(CountryDatabaseTest, ManyThreadsMayAsk) {
  ASSERT_TRUE(test::write_country_database(path(), {{"81.2.69.0/24", "GB"}, {"2a00::/16", "FR"}}));
  const auto database = open();
  ASSERT_NE(database, nullptr);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(text_of(database->country_of("81.2.69.7")), "GB");
        EXPECT_EQ(text_of(database->country_of("2a00::7")), "FR");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(CountryDatabaseTest, MissingAndBrokenFiles) {
  const auto code_of = [&](const std::string& file) -> std::optional<ErrorCode> {
    const auto opened = CountryDatabase::open(file);
    if (opened) return {};
    EXPECT_NE(opened.error().message.find(file), std::string::npos) << opened.error().message;
    return opened.error().code;
  };
  EXPECT_EQ(code_of(path("missing.mmdb")), ErrorCode::kNotFound);
  ASSERT_TRUE(write_file_atomic(path("empty.mmdb"), {}, 0600));
  EXPECT_EQ(code_of(path("empty.mmdb")), ErrorCode::kMalformed);
  ASSERT_TRUE(write_file_atomic(path("text.mmdb"), base::as_bytes(std::string(5000, 'x')), 0600));
  EXPECT_EQ(code_of(path("text.mmdb")), ErrorCode::kMalformed);
  EXPECT_TRUE(code_of(folder_->path()));
}

// Whatever is broken in a file, it is refused or gives some answer.
TEST_F(CountryDatabaseTest, DamagedFiles) {
  ASSERT_TRUE(test::write_country_database(path(), {{"81.2.69.0/24", "GB"}, {"2a00::/16", "FR"}}));
  const auto whole = read_file(path(), 1 << 20);
  ASSERT_TRUE(whole);
  int refused = 0;
  const auto try_one = [&](const base::Bytes& content) {
    std::ofstream(path("damaged.mmdb"), std::ios::binary) << base::as_text(content);
    const auto database = CountryDatabase::open(path("damaged.mmdb"));
    if (!database) {
      ++refused;
      return;
    }
    (void)(*database)->country_of("81.2.69.1");
    (void)(*database)->country_of("2a00::1");
  };
  for (std::size_t i = 0; i < whole->size(); ++i) {
    base::Bytes damaged = *whole;
    damaged[i] ^= 0xff;
    try_one(damaged);
  }
  for (std::size_t cut = 1; cut < whole->size(); cut += 7) {
    try_one(base::Bytes(whole->begin() + static_cast<std::ptrdiff_t>(cut), whole->end()));
    try_one(base::Bytes(whole->begin(), whole->end() - static_cast<std::ptrdiff_t>(cut)));
  }
  EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace io
