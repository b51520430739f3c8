#include "app/talk/talk_routes.h"

#include <charconv>
#include <cstdint>
#include <limits>

namespace app {
namespace {

using wire::http::Method;
using Type = Field::Type;
using Need = Field::Need;

constexpr std::string_view kGroup = "Chat and moderation";
constexpr std::string_view kDemoGroup = "Routes of the UGC demo";

constexpr Field kEnter[] = {
    {"visitor", Type::kText, Need::kOptional, 0, 64, "Who a visitor was before, from an answer"}};
constexpr Field kEntry[] = {
    {"token", Type::kText, {}, 0, 0, "Opens one connection to the chat"},
    {"sessionExpirationTime", Type::kText},
    {"tokenExpirationTime", Type::kText},
    {"capabilities",
     Type::kTexts,
     {},
     0,
     0,
     "VIEW_MESSAGE, SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER"},
    {"userId", Type::kText, {}, 0, 0, "Who this is in the chat: the account's name"},
    {"displayName", Type::kText},
    {"role", Type::kText, {}, 0, 0, "Here", "NONE|VIP|MODERATOR|OWNER"},
    {"maxLength", Type::kInteger, {}, 0, 0, "Characters of a message"},
    {"visitor", Type::kText, {}, 0, 0, "For the next time, of people who are not signed in"},
    {"followersOnlySeconds",
     Type::kInteger,
     {},
     0,
     0,
     "Seconds until this person may speak, once following; absent: now"}};

constexpr Field kStretch[] = {
    {"from", Type::kText, Need::kOptional, 0, 40, "RFC 3339; absent: from the beginning"},
    {"to", Type::kText, Need::kOptional, 0, 40, "RFC 3339; absent: until now"},
    {"after", Type::kText, Need::kOptional, 0, 1'024, "`next` of the page before"},
    {"limit", Type::kInteger, Need::kOptional, 1, 200, "Absent: 100"}};
constexpr Field kSender[] = {
    {"UserId", Type::kText}, {"Attributes", Type::kObject}, {"Role", Type::kText}};
constexpr Field kFrame[] = {{"Type", Type::kText, {}, 0, 0, {}, "MESSAGE|EVENT"},
                            {"Id", Type::kText},
                            {"SendTime", Type::kText},
                            {"Content", Type::kText},
                            {"EventName", Type::kText},
                            {"Attributes", Type::kObject},
                            {"Sender", Type::kObject, {}, 0, 0, {}, {}, kSender}};
constexpr Field kMessages[] = {
    {"messages", Type::kList, {}, 0, 0, "Oldest first, as the chat's socket says them", {}, kFrame},
    {"next", Type::kText, {}, 0, 0, "Absent: that was all"}};

constexpr Field kBanInput[] = {
    {"seconds", Type::kInteger, Need::kOptional, 1, 31'536'000, "A time-out; absent: a ban"},
    {"reason", Type::kText, Need::kOptional, 0, 200}};
constexpr Field kAfter[] = {
    {"after", Type::kText, Need::kOptional, 0, 40, "`next` of the page before"}};
constexpr Field kBan[] = {{"name", Type::kText},
                          {"avatar", Type::kText},
                          {"color", Type::kText},
                          {"at", Type::kText},
                          {"until", Type::kText, {}, 0, 0, "Absent: until it is lifted"},
                          {"reason", Type::kText},
                          {"by", Type::kText, {}, 0, 0, "Empty: not known"}};
constexpr Field kBans[] = {{"bans", Type::kList, {}, 0, 0, "Newest first", {}, kBan},
                           {"next", Type::kText}};
constexpr Field kBanOfAll[] = {
    {"channel", Type::kText}, {"name", Type::kText},
    {"avatar", Type::kText},  {"color", Type::kText},
    {"at", Type::kText},      {"until", Type::kText, {}, 0, 0, "Absent: until it is lifted"},
    {"reason", Type::kText},  {"by", Type::kText, {}, 0, 0, "Empty: not known"}};
constexpr Field kAllBans[] = {{"bans", Type::kList, {}, 0, 0, "Newest first", {}, kBanOfAll},
                              {"next", Type::kText}};

constexpr Field kPerson[] = {
    {"name", Type::kText}, {"avatar", Type::kText}, {"color", Type::kText}};
constexpr Field kPeople[] = {{"moderators", Type::kList, {}, 0, 0, {}, {}, kPerson},
                             {"vips", Type::kList, {}, 0, 0, {}, {}, kPerson}};

constexpr Field kWord[] = {{"word", Type::kText, Need::kRequired, 1, 100}};
constexpr Field kPattern[] = {{"pattern", Type::kText, Need::kRequired, 1, 200}};
constexpr Field kSettings[] = {
    {"slowMode", Type::kInteger, Need::kOptional, 0, 3'600,
     "Seconds between two messages of one person; 0: off"},
    {"followersOnly", Type::kInteger, Need::kOptional, -1, 7'776'000,
     "Seconds that somebody must have followed to speak; -1: off"},
    {"blockedWords", Type::kTexts, Need::kOptional, 0, 2'000, {}, {}, kWord},
    {"blockedPatterns",
     Type::kTexts,
     Need::kOptional,
     0,
     100,
     "Regular expressions (RE2)",
     {},
     kPattern},
    {"links", Type::kText, Need::kOptional, 0, 0, {}, "ALLOW|DENY"},
    {"repeated", Type::kBoolean, Need::kOptional, 0, 0, "Refuse what somebody has just said"},
    {"newAccountSeconds", Type::kInteger, Need::kOptional, 0, kMaxNewAccount,
     "Age of accounts that may speak; 0: any"},
    {"membersOnlyChat", Type::kBoolean, Need::kOptional, 0, 0,
     "Only people who are signed in may read"}};

constexpr Field kDelete[] = {{"messageId", Type::kText, Need::kRequired, 12, 12},
                             {"reason", Type::kText, Need::kOptional, 0, 200}};
constexpr Field kPin[] = {{"messageId", Type::kText, Need::kRequired, 12, 12}};

constexpr std::string_view kReasons = "spam|harassment|hate|sexual|violence|other";
constexpr std::string_view kStates = "open|resolved|dismissed";
constexpr Field kReport[] = {
    {"channel", Type::kText, Need::kRequired, 1, 20, "Its name"},
    {"person", Type::kText, Need::kOptional, 1, 128, "Whom it is about"},
    {"messageId", Type::kText, Need::kOptional, 12, 12, "What it is about"},
    {"reason", Type::kText, Need::kRequired, 0, 0, {}, kReasons},
    {"details", Type::kText, Need::kOptional, 0, 1'000}};
constexpr Field kReported[] = {{"id", Type::kText}};
constexpr Field kReportShown[] = {
    {"id", Type::kText},
    {"channel", Type::kText},
    {"person", Type::kText, {}, 0, 0, "Absent: about the channel"},
    {"by", Type::kText, {}, 0, 0, "For moderators of the platform only"},
    {"reason", Type::kText, {}, 0, 0, {}, kReasons},
    {"details", Type::kText},
    {"text", Type::kText, {}, 0, 0, "The message as it was said; empty: none, or deleted before"},
    {"messageId", Type::kText},
    {"at", Type::kText},
    {"state", Type::kText, {}, 0, 0, {}, kStates},
    {"note", Type::kText, {}, 0, 0, "For moderators of the platform only"}};
constexpr Field kReports[] = {{"reports", Type::kList, {}, 0, 0, "Newest first", {}, kReportShown},
                              {"next", Type::kText}};
constexpr Field kReportsInput[] = {
    {"state", Type::kText, Need::kOptional, 0, 0, "Absent: all", kStates},
    {"after", Type::kText, Need::kOptional, 0, 40, "`next` of the page before"}};
constexpr Field kHandle[] = {{"state", Type::kText, Need::kRequired, 0, 0, {}, kStates},
                             {"note", Type::kText, Need::kOptional, 0, 1'000}};

constexpr Field kHandleOwn[] = {{"state", Type::kText, Need::kRequired, 0, 0,
                                 "resolved: something was done about it", kStates}};

#define PLATFORM "/api/platform/v1"
constexpr Route kRoutes[] = {
    {.method = Method::kPost,
     .path = PLATFORM "/channels/{name}/chat",
     .summary = "Come into a channel's chat; who is not signed in may only read",
     .input = kEnter,
     .output = kEntry,
     .run = talk::enter,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/channels/{name}/chat/messages",
     .summary = "What was said in a channel's chat, for those who may read it",
     .input = kStretch,
     .output = kMessages,
     .run = talk::list_messages,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/channels/{name}/bans",
     .access = Access::kSignedIn,
     .summary = "Who is banned from a channel",
     .input = kAfter,
     .output = kBans,
     .run = talk::list_bans,
     .group = kGroup},
    {.method = Method::kPut,
     .path = PLATFORM "/channels/{name}/bans/{person}",
     .access = Access::kSignedIn,
     .summary = "Ban somebody from a channel, or for a time",
     .input = kBanInput,
     .run = talk::ban,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = PLATFORM "/channels/{name}/bans/{person}",
     .access = Access::kSignedIn,
     .summary = "Lift a ban",
     .run = talk::unban,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/channels/{name}/people",
     .access = Access::kSignedIn,
     .summary = "Who has a role in a channel's chat",
     .output = kPeople,
     .run = talk::list_people,
     .group = kGroup},
    {.method = Method::kPut,
     .path = PLATFORM "/channels/{name}/moderators/{person}",
     .access = Access::kSignedIn,
     .summary = "Make somebody a moderator of one's channel",
     .run = talk::add_moderator,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = PLATFORM "/channels/{name}/moderators/{person}",
     .access = Access::kSignedIn,
     .summary = "Make a moderator an ordinary viewer again",
     .run = talk::remove_moderator,
     .group = kGroup},
    {.method = Method::kPut,
     .path = PLATFORM "/channels/{name}/vips/{person}",
     .access = Access::kSignedIn,
     .summary = "Let somebody speak without review",
     .run = talk::add_vip,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = PLATFORM "/channels/{name}/vips/{person}",
     .access = Access::kSignedIn,
     .summary = "Make a VIP an ordinary viewer again",
     .run = talk::remove_vip,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/channels/{name}/chat/settings",
     .access = Access::kSignedIn,
     .summary = "What may be said in a channel's chat, and by whom",
     .output = kSettings,
     .run = talk::get_settings,
     .group = kGroup},
    {.method = Method::kPut,
     .path = PLATFORM "/channels/{name}/chat/settings",
     .access = Access::kSignedIn,
     .summary = "Set what may be said and by whom; what is absent stays",
     .input = kSettings,
     .output = kSettings,
     .run = talk::put_settings,
     .max_body = 1 << 20,
     .group = kGroup},
    {.method = Method::kPost,
     .path = PLATFORM "/channels/{name}/chat/delete",
     .access = Access::kSignedIn,
     .summary = "Delete a message",
     .input = kDelete,
     .run = talk::delete_message,
     .group = kGroup},
    {.method = Method::kPut,
     .path = PLATFORM "/channels/{name}/chat/pin",
     .access = Access::kSignedIn,
     .summary = "Pin a message above the chat",
     .input = kPin,
     .run = talk::pin,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = PLATFORM "/channels/{name}/chat/pin",
     .access = Access::kSignedIn,
     .summary = "Take the pinned message away",
     .run = talk::unpin,
     .group = kGroup},
    {.method = Method::kPost,
     .path = PLATFORM "/reports",
     .access = Access::kSignedIn,
     .summary = "Report a channel, a person or a message",
     .input = kReport,
     .output = kReported,
     .run = talk::report,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/channels/{name}/reports",
     .access = Access::kSignedIn,
     .summary = "What was reported in a channel, for those who moderate it",
     .input = kReportsInput,
     .output = kReports,
     .run = talk::list_reports,
     .group = kGroup},
    {.method = Method::kPatch,
     .path = PLATFORM "/channels/{name}/reports/{id}",
     .access = Access::kSignedIn,
     .summary =
         "Say what became of a report, for those who moderate the channel; reports about the "
         "channel, its owner or oneself are left to the platform's moderators",
     .input = kHandleOwn,
     .output = kReportShown,
     .run = talk::handle_own_report,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/admin/reports",
     .access = Access::kModerator,
     .summary = "What was reported anywhere",
     .input = kReportsInput,
     .output = kReports,
     .run = talk::list_all_reports,
     .group = kGroup},
    {.method = Method::kPatch,
     .path = PLATFORM "/admin/reports/{id}",
     .access = Access::kModerator,
     .summary = "Say what became of a report",
     .input = kHandle,
     .output = kReportShown,
     .run = talk::handle_report,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/admin/bans",
     .access = Access::kModerator,
     .summary = "Who is banned from any channel",
     .input = kAfter,
     .output = kAllBans,
     .run = talk::list_all_bans,
     .group = kGroup},
};
#undef PLATFORM

constexpr Field kDemoToken[] = {{"chatRoomOwnerUsername", Type::kText, Need::kRequired, 1, 100}};
constexpr Field kDemoEntry[] = {{"token", Type::kText},
                                {"sessionExpirationTime", Type::kText},
                                {"tokenExpirationTime", Type::kText},
                                {"capabilities", Type::kTexts}};
constexpr Field kDemoBan[] = {{"bannedChannelArn", Type::kText, Need::kRequired, 1, 128}};

constexpr Route kDemoRoutes[] = {
    {.method = Method::kPost,
     .path = "/channel/chatToken/create",
     .summary = "Come into a channel's chat",
     .input = kDemoToken,
     .output = kDemoEntry,
     .run = talk::demo_token,
     .manners = Manners::kDemo,
     .group = kDemoGroup},
    {.method = Method::kPost,
     .path = "/channel/ban",
     .access = Access::kSignedIn,
     .summary = "Ban the owner of a channel from one's own",
     .input = kDemoBan,
     .run = talk::demo_ban,
     .manners = Manners::kDemo,
     .group = kDemoGroup},
    {.method = Method::kPost,
     .path = "/channel/unban",
     .access = Access::kSignedIn,
     .summary = "Lift such a ban",
     .input = kDemoBan,
     .run = talk::demo_unban,
     .manners = Manners::kDemo,
     .group = kDemoGroup},
};

}  // namespace

std::span<const Route> ChatMinder::routes() {
  return kRoutes;
}

std::span<const Route> ChatMinder::demo_routes() {
  return kDemoRoutes;
}

namespace talk {

Outcome<std::int64_t> place_after(Call& call) {
  if (!call.has("after")) return std::numeric_limits<std::int64_t>::max();
  const std::string text = call.text("after");
  std::int64_t place = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), place);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return invalid("after", "\"after\" is not one that this list gave.");
  }
  return place;
}

}  // namespace talk
}  // namespace app
