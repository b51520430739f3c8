#include "control/secret_box.h"

#include <gtest/gtest.h>

#include "io/files.h"

namespace control {
namespace {

class SecretBoxTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = io::TemporaryDirectory::create();
    ASSERT_TRUE(made);
    folder_.emplace(std::move(*made));
    path_ = folder_->path() + "/secrets.key";
  }
  std::optional<io::TemporaryDirectory> folder_;
  std::string path_;
};

TEST_F(SecretBoxTest, KeepsItsKeyInTheFile) {
  auto box = SecretBox::open_or_create(path_);
  ASSERT_TRUE(box);
  const base::Bytes sealed = box->seal("hush", "place");
  auto again = SecretBox::open_or_create(path_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->open(sealed, "place").value(), "hush");
  EXPECT_EQ(again->fingerprint("hush"), box->fingerprint("hush"));
  EXPECT_NE(box->fingerprint("hush"), box->fingerprint("hush "));
  EXPECT_NE(box->derive("a"), box->derive("b"));
}

TEST_F(SecretBoxTest, OpensOnlyAtItsPlaceAndWithItsKey) {
  auto box = SecretBox::open_or_create(path_);
  auto other = SecretBox::open_or_create(path_ + "2");
  ASSERT_TRUE(box && other);
  const base::Bytes sealed = box->seal("hush", "place");
  EXPECT_NE(sealed, box->seal("hush", "place"));
  EXPECT_FALSE(box->open(sealed, "other place"));
  const auto refused = other->open(sealed, "place");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("hush"), std::string::npos);
}

TEST_F(SecretBoxTest, SaysThatTheFileIsBroken) {
  for (const char* text : {"", "abc", "zz", "00"}) {
    ASSERT_TRUE(io::write_file_atomic(path_, base::as_bytes(text), 0600));
    const auto box = SecretBox::open_or_create(path_);
    ASSERT_FALSE(box) << text;
    EXPECT_EQ(box.error().code, base::ErrorCode::kMalformed);
  }
}

}  // namespace
}  // namespace control
