// A ViewAdmission that does as it is told. Test code only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live/live.h"

namespace live::testing {

class FakeViewAdmission final : public ViewAdmission {
 public:
  // ViewAdmission
  void authorise_view(ViewRequest request, Answer answer) override {
    requests.push_back(std::move(request));
    if (delayed) {
      answers.push_back(std::move(answer));
    } else {
      answer(decision);
    }
  }
  std::expected<SessionBounds, ViewRefusal> check_session(const base::ChannelId& channel,
                                                          std::string_view session,
                                                          std::string_view origin) override {
    ++checks;
    const auto found = sessions.find(std::pair(channel.str(), std::string(session)));
    if (found == sessions.end()) {
      return std::unexpected(ViewRefusal{403, "playback_auth_error", "no such session"});
    }
    if (!found->second.origin.empty() && found->second.origin != origin) {
      return std::unexpected(ViewRefusal{403, "origin_not_allowed", "not for this page"});
    }
    return found->second.bounds;
  }
  CountryCode country_of(std::string_view remote_address) override {
    ++countries;
    return remote_address.starts_with("1") ? CountryCode{'D', 'E'} : CountryCode{};
  }

  struct Session {
    SessionBounds bounds{};
    std::string origin{};  // empty: any
  };
  /// What authorise_view says, at once; or later to each of `answers`.
  std::expected<ViewGrant, ViewRefusal> decision = ViewGrant{};
  bool delayed = false;
  std::vector<ViewRequest> requests;
  std::vector<Answer> answers;
  /// By channel and session.
  std::map<std::pair<std::string, std::string>, Session> sessions;
  int checks = 0;
  int countries = 0;
};

}  // namespace live::testing
