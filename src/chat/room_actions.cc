// What members and others ask of a room, before it is accepted.
#include <utility>
#include <variant>

#include "base/ids.h"
#include "base/time.h"
#include "chat/room_home.h"
#include "io/loop.h"

namespace chat {
namespace {

constexpr std::string_view kTooFast = "rate limit exceeded";
constexpr std::string_view kMayNotSend = "Not allowed to send messages";
constexpr std::string_view kMayNotDelete = "Not allowed to delete messages";
constexpr std::string_view kMayNotDisconnect = "Not allowed to disconnect users";
constexpr std::string_view kNoModerator = "Not allowed: only moderators may do this";

Attributes deletion(const std::string& message_id, std::string_view reason) {
  // The client library reads the one, everybody else the other.
  Attributes attributes{{"MessageID", message_id}, {"MessageId", message_id}};
  if (!reason.empty()) attributes.emplace_back("Reason", reason);
  return attributes;
}

Attributes disconnection(const std::string& user_id, std::string_view reason) {
  Attributes attributes{{"UserId", user_id}};
  if (!reason.empty()) attributes.emplace_back("Reason", reason);
  return attributes;
}

}  // namespace

void RoomHome::act(Seat seat, std::shared_ptr<const Person> person, ClientFrame frame) {
  // Somebody whose connection is being ended says nothing more.
  if (state_ != State::kOpen || !attendance_.contains(*person, seat)) return;
  const Actor actor{seat, std::move(person), std::move(frame.request_id)};
  std::visit([&](auto&& action) { on(actor, std::forward<decltype(action)>(action)); },
             std::move(frame.action));
}

// ---- messages ---------------------------------------------------------------------------------

void RoomHome::on(const Actor& actor, SendMessage message) {
  services_.counters.request(Action::kSendMessage).add();
  const Person& person = *actor.person;
  const base::WallTime wall_now = io::Loop::wall_now();
  const base::MonotonicTime now = services_.loop.now();
  if (!person.capabilities.send_message || rules_.is_banned(person.user_id, wall_now)) {
    return tell_error(actor, 403, kMayNotSend);
  }
  if (code_points(message.content) > rules_.max_length()) {
    return tell_error(actor, 413, kTooLong);
  }
  const std::size_t rate = rules_.max_rate();
  if (const auto wait = rate_.wait(rate, rate, now); wait > base::Duration::zero()) {
    return tell_error(actor, 429, kTooFast, wait);
  }
  if (rules_.role(person) < Role::kVip) {
    const auto rejection =
        filter_.check(person.user_id, person.attributes, message.content, wall_now);
    if (rejection) {
      return tell_error(actor, rejection->code, rejection->message, rejection->retry_after);
    }
  }
  if (!services_.node_rate.take(now)) {
    return tell_error(actor, 429, kTooFast, std::chrono::seconds(1));
  }
  (void)rate_.take(rate, rate, now);  // looked at above
  if (rules_.review()) return review(actor, std::move(message));
  say_message(actor, base::random_alphanumeric(12), message);
}

void RoomHome::review(const Actor& actor, SendMessage message) {
  if (reviews_.size() >= services_.settings.max_reviews) {
    return tell_error(actor, 429, kTooFast, std::chrono::seconds(1));
  }
  const Person& person = *actor.person;
  std::string id = base::random_alphanumeric(12);
  ReviewRequest request{.handler = rules_.review()->handler,
                        .room_arn = rules_.arn(),
                        .message_id = id,
                        .content = message.content,
                        .attributes = message.attributes,
                        .user_id = person.user_id,
                        .user_attributes = person.attributes,
                        .address = person.address};
  const std::uint64_t number =
      reviews_.add({std::move(id), actor.request_id, actor.seat, actor.person, std::move(message),
                    rules_.review()->allow_on_failure});
  services_.above.review(std::move(request), services_.loop,
                         [link = self(), number](base::Expected<ReviewResult> result) {
                           const auto room = link.lock();
                           if (room == nullptr) return;
                           RoomHome& home = **room;
                           home.reviews_.finish(number, std::move(result),
                                                [&home](ReviewedMessage message, const auto& said) {
                                                  home.on_reviewed(std::move(message), said);
                                                });
                         });
}

void RoomHome::on_reviewed(ReviewedMessage reviewed, const base::Expected<ReviewResult>& result) {
  if (state_ != State::kOpen) return;
  const Actor actor{reviewed.seat, reviewed.person, std::move(reviewed.request_id)};
  if (rules_.is_banned(actor.person->user_id, io::Loop::wall_now())) {
    return tell_error(actor, 403, kMayNotSend);
  }
  SendMessage& message = reviewed.message;
  const bool is_sensible =
      result && (!result->allowed ||
                 (!result->content.empty() && code_points(result->content) <= rules_.max_length() &&
                  octets(result->attributes) <= kMaxAttributes));
  if (!is_sensible) {
    if (!reviewed.allow_on_failure) {
      return tell_error(actor, 406, "Message rejected: it could not be reviewed");
    }
  } else if (!result->allowed) {
    return tell_error(actor, 406,
                      result->reason.empty() ? std::string("Message rejected")
                                             : "Message rejected: " + result->reason);
  } else {
    message.content = result->content;
    message.attributes = result->attributes;
  }
  say_message(actor, std::move(reviewed.id), message);
}

void RoomHome::say_message(const Actor& actor, std::string id, const SendMessage& message) {
  const Person& person = *actor.person;
  Utterance utterance{.kind = Utterance::Kind::kMessage};
  utterance.at = io::Loop::wall_now();
  utterance.user_id = person.user_id;
  utterance.payload = message_json({.id = id,
                                    .request_id = actor.request_id,
                                    .content = message.content,
                                    .attributes = message.attributes,
                                    .user_id = person.user_id,
                                    .user_attributes = person.attributes,
                                    .role = rules_.role(person),
                                    .at = utterance.at});
  utterance.id = std::move(id);
  host_.publish(*this, std::move(utterance),
                [done = failure_to(actor)](base::Expected<void> applied) mutable {
                  if (!applied) done(base::fail(std::move(applied.error())));
                });
}

Chat::Done RoomHome::failure_to(const Actor& actor) {
  return [link = self(), actor](const base::Expected<std::string>& done) {
    const auto room = link.lock();
    if (room != nullptr && !done) (*room)->tell_failure(actor, done.error());
  };
}

// ---- events -----------------------------------------------------------------------------------

void RoomHome::say_event(Utterance utterance, std::string_view name, const Attributes& attributes,
                         std::string_view request_id, Chat::Done done) {
  utterance.id = base::random_alphanumeric(12);
  utterance.at = io::Loop::wall_now();
  utterance.payload = event_json({.id = utterance.id,
                                  .request_id = request_id,
                                  .name = name,
                                  .attributes = attributes,
                                  .at = utterance.at});
  publish(std::move(utterance), std::move(done));
}

void RoomHome::publish(Utterance utterance, Chat::Done done) {
  std::string id = utterance.id;
  host_.publish(*this, std::move(utterance),
                [id = std::move(id), done = std::move(done)](base::Expected<void> applied) mutable {
                  if (!done) return;
                  if (applied) {
                    done(std::move(id));
                  } else {
                    done(base::fail(std::move(applied.error())));
                  }
                });
}

void RoomHome::send_event(std::string_view name, const Attributes& attributes, Chat::Done done) {
  services_.counters.request(Action::kSendEvent).add();
  say_event({.kind = Utterance::Kind::kEvent}, name, attributes, {}, std::move(done));
}

void RoomHome::say(const Sender& sender, std::string_view content, const Attributes& attributes,
                   Chat::Done done) {
  services_.counters.request(Action::kSendMessage).add();
  if (content.empty() || code_points(content) > rules_.max_length()) {
    if (done) done(base::fail(base::ErrorCode::kInvalid, std::string(kTooLong)));
    return;
  }
  Utterance utterance{.kind = Utterance::Kind::kMessage};
  utterance.id = base::random_alphanumeric(12);
  utterance.at = io::Loop::wall_now();
  utterance.user_id = sender.user_id;
  // As if the sender were here: with the role that the room knows.
  const Role role =
      std::max(rules_.kept_role(sender.user_id), attendance_.token_role_of(sender.user_id));
  utterance.payload = message_json({.id = utterance.id,
                                    .request_id = {},
                                    .content = content,
                                    .attributes = attributes,
                                    .user_id = sender.user_id,
                                    .user_attributes = sender.attributes,
                                    .role = role,
                                    .at = utterance.at});
  publish(std::move(utterance), std::move(done));
}

void RoomHome::delete_message(std::string message_id, std::string_view reason, Chat::Done done) {
  services_.counters.request(Action::kDeleteMessage).add();
  const Attributes attributes = deletion(message_id, reason);
  say_event({.kind = Utterance::Kind::kDelete, .about = std::move(message_id)},
            "aws:DELETE_MESSAGE", attributes, {}, std::move(done));
}

void RoomHome::disconnect_user(std::string user_id, std::string_view reason, Chat::Done done) {
  services_.counters.request(Action::kDisconnectUser).add();
  const Attributes attributes = disconnection(user_id, reason);
  say_event({.kind = Utterance::Kind::kDisconnect, .user_id = std::move(user_id)},
            "aws:DISCONNECT_USER", attributes, {}, std::move(done));
}

void RoomHome::on(const Actor& actor, const DeleteMessage& action) {
  services_.counters.request(Action::kDeleteMessage).add();
  if (!rules_.capabilities(*actor.person).delete_message) {
    return tell_error(actor, 403, kMayNotDelete);
  }
  say_event({.kind = Utterance::Kind::kDelete, .about = action.id}, "aws:DELETE_MESSAGE",
            deletion(action.id, action.reason), actor.request_id, failure_to(actor));
}

void RoomHome::on(const Actor& actor, const DisconnectUser& action) {
  services_.counters.request(Action::kDisconnectUser).add();
  if (!rules_.capabilities(*actor.person).disconnect_user) {
    return tell_error(actor, 403, kMayNotDisconnect);
  }
  say_event({.kind = Utterance::Kind::kDisconnect, .user_id = action.user_id},
            "aws:DISCONNECT_USER", disconnection(action.user_id, action.reason), actor.request_id,
            failure_to(actor));
}

void RoomHome::on(const Actor& actor, const React& action) {
  if (!actor.person->capabilities.send_message) return tell_error(actor, 403, kMayNotSend);
  Utterance utterance{.kind = Utterance::Kind::kReact, .is_removal = action.remove};
  utterance.user_id = actor.person->user_id;
  utterance.about = action.id;
  utterance.payload = action.reaction;
  utterance.at = io::Loop::wall_now();
  host_.publish(*this, std::move(utterance),
                [link = self(), actor](const base::Expected<void>& applied) {
                  const auto room = link.lock();
                  if (room == nullptr) return;
                  RoomHome& home = **room;
                  if (!applied) return home.tell_failure(actor, applied.error());
                  home.tell(actor.seat, home.notice_json("rostrum:done", {}, actor.request_id));
                });
}

// ---- changes of the room ----------------------------------------------------------------------

void RoomHome::on(const Actor& actor, const PinMessage& action) {
  change(actor, {.kind = RoomChange::Kind::kPin, .message_id = action.id});
}

void RoomHome::on(const Actor& actor, const UnpinMessage&) {
  change(actor, {.kind = RoomChange::Kind::kUnpin});
}

void RoomHome::on(const Actor& actor, const BanUser& action) {
  const Person& person = *actor.person;
  // Moderators do not throw each other out, nor their owner.
  const Role target =
      std::max(rules_.kept_role(action.user_id), attendance_.token_role_of(action.user_id));
  if (target >= Role::kModerator && rules_.role(person) < Role::kOwner) {
    return tell_error(actor, 403, "Not allowed: the user is a moderator");
  }
  RoomChange ban{.kind = RoomChange::Kind::kBan};
  ban.ban.user_id = action.user_id;
  ban.ban.reason = action.reason;
  if (action.duration) ban.ban.until = io::Loop::wall_now() + *action.duration;
  change(actor, std::move(ban));
}

void RoomHome::on(const Actor& actor, const UnbanUser& action) {
  RoomChange unban{.kind = RoomChange::Kind::kUnban};
  unban.ban.user_id = action.user_id;
  change(actor, std::move(unban));
}

void RoomHome::on(const Actor& actor, const SetSlowMode& action) {
  change(actor, {.kind = RoomChange::Kind::kSlowMode, .slow_mode = action.interval});
}

void RoomHome::change(const Actor& actor, RoomChange change) {
  if (!rules_.is_moderator(*actor.person)) return tell_error(actor, 403, kNoModerator);
  if (changes_under_way_ >= kMostChanges) {
    return tell_error(actor, 429, kTooFast, std::chrono::seconds(1));
  }
  ++changes_under_way_;
  change.by = actor.person->user_id;
  // What is pinned may have been said a moment ago.
  if (change.kind == RoomChange::Kind::kPin) services_.recorder.flush();
  RoomChange asked = change;
  services_.above.change_room(id_, std::move(asked), services_.loop,
                              [link = self(), cause = Cause{actor, std::move(change)}](
                                  base::Expected<void> changed) mutable {
                                const auto room = link.lock();
                                if (room == nullptr) return;
                                RoomHome& home = **room;
                                --home.changes_under_way_;
                                if (home.state_ != State::kOpen) return;
                                if (!changed)
                                  return home.tell_failure(cause.actor, changed.error());
                                home.next_refresh_.causes.push_back(std::move(cause));
                                home.host_.publish(home, {.kind = Utterance::Kind::kReload}, {});
                              });
}

}  // namespace chat
