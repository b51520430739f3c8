// Who comes into a room and goes, and what members hear of that.
#include <utility>

#include "base/time.h"
#include "chat/room_home.h"
#include "io/loop.h"
#include "wire/websocket/frame.h"

namespace chat {
namespace {

std::string words_of(const Capabilities& capabilities) {
  std::string words;
  const auto add = [&](bool has, std::string_view word) {
    if (!has) return;
    if (!words.empty()) words.push_back(',');
    words.append(word);
  };
  add(capabilities.send_message, "SEND_MESSAGE");
  add(capabilities.delete_message, "DELETE_MESSAGE");
  add(capabilities.disconnect_user, "DISCONNECT_USER");
  return words;
}

Refusal refusal_for(const base::Error& error) {
  if (error.code == base::ErrorCode::kNotFound) return {404, "There is no such room"};
  return {503, "The room cannot be entered now"};
}

}  // namespace

void RoomHome::ask_in(Applicant applicant) {
  // `this` lives: the task is run or destroyed before.
  when_open([this, applicant = std::move(applicant)](const base::Error* error) mutable {
    std::optional<Refusal> refusal;
    // A ban may be in what is being read.
    if (error == nullptr && is_refreshing_ && applicants_.size() < kMostWaiting) {
      return applicants_.push_back(std::move(applicant));
    }
    if (error != nullptr) {
      refusal = refusal_for(*error);
    } else {
      refusal = refusal_of(applicant);
    }
    if (refusal) return services_.members.refuse(applicant.seat, std::move(*refusal));
    let_in(applicant);
  });
}

std::optional<Refusal> RoomHome::refusal_of(const Applicant& applicant) {
  const base::WallTime now = io::Loop::wall_now();
  if (rules_.is_banned(applicant.person->user_id, now)) {
    return Refusal{403, "The user is banned from this room"};
  }
  if (!services_.used_tokens.use(id_.str(), applicant.token_id, applicant.expires_at, now)) {
    return Refusal{401, "The token has been used already"};
  }
  return std::nullopt;
}

void RoomHome::let_in(const Applicant& applicant) {
  const bool is_first_extended = attendance_.extended_connections() == 0;
  attendance_.add(*applicant.person, applicant.seat);
  keep_or_forget();
  // From here on frames follow the greeting on their way to that loop: none is lost or doubled.
  services_.members.let_in(applicant.seat, id_, greeting_for(applicant));
  if (applicant.person->is_extended && is_first_extended) {
    // Has just been told.
    told_ = headcount();
    told_presence_at_ = services_.loop.now();
  }
  presence_changed();
}

Greeting RoomHome::greeting_for(const Applicant& applicant) {
  using wire::websocket::text_frame;
  HistoryRing::Excerpt excerpt = history_.excerpt(applicant.history, applicant.since);
  if (!applicant.person->is_extended) return {std::move(excerpt.frames)};

  const Person& person = *applicant.person;
  Attributes welcome{{"RoomArn", rules_.arn()},
                     {"UserId", person.user_id},
                     {"Role", std::string(to_string(rules_.role(person)))},
                     {"Capabilities", words_of(rules_.capabilities(person))}};
  for (auto& limit : limits()) welcome.push_back(std::move(limit));
  welcome.emplace_back("SessionExpirationTime", base::to_rfc3339_ms(applicant.session_ends_at));
  welcome.emplace_back("History", excerpt.is_complete ? "complete" : "partial");

  Greeting greeting;
  std::vector<base::Slice>& frames = greeting.frames;
  frames.reserve(excerpt.frames.size() + excerpt.reactions.size() + 4);
  frames.push_back(text_frame(notice_json("rostrum:welcome", welcome)));
  frames.insert(frames.end(), excerpt.frames.begin(), excerpt.frames.end());
  frames.push_back(text_frame(notice_json("rostrum:history-end", {})));
  for (const auto& [id, reactions] : excerpt.reactions) {
    const std::string counts = reactions->counts_json();
    if (counts == "{}") continue;
    frames.push_back(
        text_frame(notice_json("rostrum:reactions", {{"MessageId", id}, {"Counts", counts}})));
  }
  frames.push_back(text_frame(presence_json()));
  if (pinned_) frames.push_back(text_frame(pinned_json({})));
  return greeting;
}

Attributes RoomHome::limits() const {
  return {{"MaximumMessageLength", std::to_string(rules_.max_length())},
          {"SlowModeSeconds", std::to_string(rules_.slow_mode().count())}};
}

std::string RoomHome::pinned_json(std::string_view request_id) const {
  return notice_json("rostrum:pinned", {{"Message", std::string(pinned_->payload.text())}},
                     request_id);
}

void RoomHome::gone(Seat seat, const Person& person) {
  if (!attendance_.remove(person, seat)) return;  // was ended from here
  presence_changed();
  keep_or_forget();
}

void RoomHome::end_connections(std::string_view user_id, const std::string& reason) {
  reviews_.forget_user(user_id);
  const std::vector<Seat> seats = attendance_.seats_of(user_id);
  if (seats.empty()) return;
  // The user has left for everybody else from here on, whatever is still on its way.
  attendance_.remove_user(user_id);
  services_.members.close(seats, wire::websocket::kCloseNormal, reason);
  presence_changed();
  keep_or_forget();
}

// ---- presence ---------------------------------------------------------------------------------

Presence RoomHome::presence(std::size_t most_users) const {
  const Headcount all = headcount();
  return {all.connections, attendance_.first_users(most_users), all.users};
}

Headcount RoomHome::headcount() const {
  const Headcount others = host_.elsewhere(id_);
  return {attendance_.connections() + others.connections, attendance_.users() + others.users};
}

std::string RoomHome::presence_json() const {
  const Headcount all = headcount();
  return notice_json("rostrum:presence", {{"Connections", std::to_string(all.connections)},
                                          {"Users", std::to_string(all.users)}});
}

void RoomHome::presence_changed() {
  host_.count(*this, {attendance_.connections(), attendance_.users()});
  presence_is_due_ = attendance_.extended_connections() > 0 && told_ != headcount();
  if (!presence_is_due_) return;
  if (services_.loop.now() - told_presence_at_ >= kPresenceInterval) {
    tell_presence();
  } else {
    need_chores();
  }
}

void RoomHome::tell_presence() {
  presence_is_due_ = false;
  told_ = headcount();
  told_presence_at_ = services_.loop.now();
  notify(presence_json());
}

}  // namespace chat
