#include "io/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "io/io_test_support.h"
#include "io/system.h"

namespace io {
namespace {

TEST(Files, WrittenIsReadBackWithItsModeAndReplacedInOneStep) {
  const auto folder = TemporaryDirectory::create();
  ASSERT_TRUE(folder) << folder.error().message;
  const std::string path = folder->path() + "/key.pem";
  const std::string big = test::pattern(200'000);
  for (const std::string& content : {std::string("first"), std::string(), big}) {
    ASSERT_TRUE(write_file_atomic(path, base::as_bytes(content), 0600));
    const auto read = read_file(path, 200'000);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(base::as_text(*read) == content);
  }
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  // No temporary file stays behind.
  const std::filesystem::directory_iterator entries(folder->path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(Files, ErrorsNameThePath) {
  const auto folder = TemporaryDirectory::create();
  ASSERT_TRUE(folder);
  const std::string path = folder->path() + "/absent";
  const auto absent = read_file(path, 10);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, base::ErrorCode::kNotFound);
  EXPECT_NE(absent.error().message.find(path), std::string::npos);
  ASSERT_TRUE(write_file_atomic(path, base::as_bytes("12345678901"), 0644));
  EXPECT_EQ(read_file(path, 10).error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(read_file(path, 11));
  EXPECT_FALSE(read_file(folder->path(), 10));
  EXPECT_FALSE(write_file_atomic(path + "/below", {}, 0644));
  EXPECT_FALSE(make_directories(path + "/below"));
  EXPECT_FALSE(make_directories(path));
  EXPECT_FALSE(TemporaryDirectory::create(path));
}

TEST(Files, TemporaryDirectoryGoesWithItsContent) {
  std::string path;
  {
    auto folder = TemporaryDirectory::create();
    ASSERT_TRUE(folder);
    const TemporaryDirectory moved = std::move(*folder);
    path = moved.path();
    ASSERT_TRUE(make_directories(path + "/a/b/c"));
    ASSERT_TRUE(make_directories(path + "/a/b/c"));
    ASSERT_TRUE(write_file_atomic(path + "/a/b/c/file", base::as_bytes("x"), 0644));
    EXPECT_TRUE(file_exists(path + "/a/b/c/file"));
  }
  EXPECT_FALSE(file_exists(path));
}

TEST(System, TellsAboutThisProcess) {
  EXPECT_GE(raise_open_file_limit(), 1024U);
  const std::uint64_t before = resident_memory();
  EXPECT_GT(before, 1'000'000U);
  std::vector<std::uint8_t> memory(64 * 1024 * 1024);
  random_bytes(memory);  // touched, and not to be optimised away
  EXPECT_GE(resident_memory(), before + memory.size() / 2);
  const auto cpu = cpu_times();
  const auto thread = thread_cpu_time();
  while (thread_cpu_time() - thread < std::chrono::milliseconds(20)) {
  }
  const auto later = cpu_times();
  EXPECT_GE((later.user + later.system) - (cpu.user + cpu.system), std::chrono::milliseconds(10));
  EXPECT_NE(executable_path().find("io_test"), std::string::npos);
  EXPECT_FALSE(host_name().empty());
}

TEST(System, RandomBytesDiffer) {
  std::array<std::uint8_t, 32> one{};
  std::array<std::uint8_t, 32> two{};
  random_bytes(one);
  random_bytes(two);
  EXPECT_NE(one, two);
}

}  // namespace
}  // namespace io
