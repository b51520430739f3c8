#include "io/file_pieces.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/check.h"
#include "io/files.h"
#include "io/io_test_support.h"

namespace io {
namespace {

using base::ErrorCode;

class FilePiecesTest : public ::testing::Test {
 protected:
  FilePiecesTest() : folder_(TemporaryDirectory::create()), path_(folder_->path() + "/file") {
    CHECK(write_file_atomic(path_, base::as_bytes("0123456789"), 0600).has_value());
  }
  template <class Result, class Begin>
  base::Expected<Result> wait(Begin begin) {
    std::optional<base::Expected<Result>> answer;
    const auto pending = begin([&](base::Expected<Result> result) { answer = std::move(result); });
    EXPECT_FALSE(answer.has_value());
    CHECK(test::drive(loop_, [&] { return answer.has_value(); }));
    return std::move(*answer);
  }
  base::Expected<FilePieces::Opened> open(const std::string& path) {
    return wait<FilePieces::Opened>([&](auto done) { return pieces_.open(path, std::move(done)); });
  }

  Loop loop_;
  base::Expected<TemporaryDirectory> folder_;
  const std::string path_;
  FilePieces pieces_{loop_};
};

TEST_F(FilePiecesTest, ReadsAndHashes) {
  const auto opened = open(path_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->size, 10U);
  const auto read = [&](std::uint64_t offset, std::size_t length) {
    return wait<FilePieces::Piece>(
        [&](auto done) { return pieces_.read(opened->file, offset, length, std::move(done)); });
  };
  const auto piece = read(3, 4);
  ASSERT_TRUE(piece);
  EXPECT_EQ(piece->content.text(), "3456");
  EXPECT_EQ(piece->sha256, base::sha256(base::as_bytes("3456")));
  EXPECT_TRUE(read(10, 0)->content.empty());
  EXPECT_EQ(read(8, 3).error().code, ErrorCode::kConflict);
  // What is read must be what was opened.
  std::filesystem::resize_file(path_, 11);
  EXPECT_EQ(read(3, 4).error().code, ErrorCode::kConflict);
}

TEST_F(FilePiecesTest, HashesWhatIsInPieces) {
  const auto hash = wait<base::Sha256Digest>([&](auto done) {
    return pieces_.hash({test::slice("ab"), base::Slice(), test::slice("c")}, std::move(done));
  });
  ASSERT_TRUE(hash);
  EXPECT_EQ(*hash, base::sha256(base::as_bytes("abc")));
}

TEST_F(FilePiecesTest, OpensRegularFilesOnly) {
  EXPECT_EQ(open(path_ + "2").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(open(folder_->path()).error().code, ErrorCode::kInvalid);
}

TEST_F(FilePiecesTest, WhoGivesUpHearsNothing) {
  bool called = false;
  auto pending = pieces_.open(path_, [&](base::Expected<FilePieces::Opened>) { called = true; });
  pending.reset();
  ASSERT_TRUE(open(path_));
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace io
