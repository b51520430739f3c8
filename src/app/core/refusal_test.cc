#include "app/core/refusal.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "control/control.h"
#include "io/descriptor.h"

namespace app {
namespace {

TEST(RefusalTest, FailuresOfTheSystemTellWhetherToTryAgain) {
  struct Row {
    base::Error error;
    std::uint16_t status;
    std::string type;
    bool has_retry_after;
  };
  using enum base::ErrorCode;
  const Row rows[] = {
      {{kIo, "SQLite: disk I/O error"}, 500, "Unexpected", false},
      {{kLimit, "too many writes wait"}, 503, "Busy", true},
      {{kTimeout, "SQLite: database is locked"}, 503, "Busy", true},
      {{kDiskFull, "SQLite: database or disk is full"}, 507, "DiskFull", true},
      {{kIo, "SQLite: database or disk is full"}, 500, "Unexpected", false},
      {io::system_error("cannot write the object", ENOSPC), 507, "DiskFull", true},
      {io::system_error("cannot write the object", EDQUOT).with_context("banner"), 507, "DiskFull",
       true},
      {io::system_error("cannot write the object", EIO), 500, "Unexpected", false},
  };
  for (const Row& row : rows) {
    const Refusal refusal = broken(row.error).error();
    EXPECT_EQ(refusal.status, row.status) << row.error.message;
    EXPECT_EQ(refusal.type, row.type) << row.error.message;
    EXPECT_EQ(refusal.retry_after > 0, row.has_retry_after) << row.error.message;
    EXPECT_EQ(refusal.message.find("SQLite"), std::string::npos);
  }
}

TEST(RefusalTest, OperationsThatFailedForAFullDiskMayBeTriedAgain) {
  control::OwnAnswer answer{
      .status = 500, .error = "InternalServerException", .message = "its disk is full"};
  EXPECT_EQ(broken("CreateRoom", answer).error().status, 500);
  answer.is_disk_full = true;
  EXPECT_EQ(broken("CreateRoom", answer).error().status, 507);
  EXPECT_EQ(broken("CreateRoom", answer).error().type, "DiskFull");
  EXPECT_GT(broken("CreateRoom", answer).error().retry_after, 0);
}

}  // namespace
}  // namespace app
