#include "server/room_command.h"

#include <gtest/gtest.h>

namespace server::ctl {
namespace {

TEST(RoomCommand, RowsOfCsvAreSafeAndWhole) {
  EXPECT_EQ(csv_row({{"sendTime", "2026-11-22T06:00:00Z"},
                     {"type", "MESSAGE"},
                     {"userId", "zoë"},
                     {"content", "she said \"hi\",\nand left"}}),
            "\"2026-11-22T06:00:00Z\",\"MESSAGE\",\"zoë\",\"she said \"\"hi\"\",\nand left\"\r\n");
  EXPECT_EQ(csv_row({{"sendTime", "t"}, {"type", "EVENT"}, {"eventName", "aws:DELETE_MESSAGE"}}),
            "\"t\",\"EVENT\",\"\",\"aws:DELETE_MESSAGE\"\r\n");
  EXPECT_EQ(csv_row({{"sendTime", "t"},
                     {"type", "MESSAGE"},
                     {"userId", "u"},
                     {"content", "=HYPERLINK(\"x\")"}}),
            "\"t\",\"MESSAGE\",\"u\",\"'=HYPERLINK(\"\"x\"\")\"\r\n");
}

}  // namespace
}  // namespace server::ctl
