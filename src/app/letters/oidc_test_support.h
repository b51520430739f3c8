// An OpenID provider for tests: keys of its own, tokens signed by them, and an HTTP server that
// answers as providers do.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "io/talk_server_test_support.h"

namespace app::test {

/// A private key and what is made by it.
class OidcSigner {
 public:
  static OidcSigner rsa(std::string id, unsigned bits = 2048);
  static OidcSigner p256(std::string id);

  /// Its public part as a member of a key set.
  boost::json::object jwk() const;
  /// A token over `claims`; members of `header` stand in for the usual ones.
  std::string sign(const boost::json::object& claims, const boost::json::object& header = {}) const;
  const std::string& id() const { return id_; }

 private:
  struct Handle;
  OidcSigner(std::string id, std::shared_ptr<const Handle> handle)
      : id_(std::move(id)), handle_(std::move(handle)) {}
  std::string id_;
  std::shared_ptr<const Handle> handle_;  // immutable, shared by copies
};

/// {"keys": [...]} of these.
std::string key_set(std::initializer_list<OidcSigner> signers);

/// Knows one client "rostrum" with the secret "s3cret". Whoever brings a code gets the token that
/// was laid ready.
class OidcProviderHost {
 public:
  OidcProviderHost();

  std::string issuer() const { return "http://" + server_.authority(); }
  void set_keys(std::string document);
  void set_token(std::string token);
  /// Of the last request to the token endpoint: its body, and Authorization.
  std::string asked_with() const;
  std::string authorization() const;
  int key_requests() const;

 private:
  struct State {
    std::string keys = R"({"keys":[]})";
    std::string token;
    std::string asked_with;
    std::string authorization;
    int key_requests = 0;
  };
  void talk(io::test::Conversation& client);
  std::string answer(const std::string& path, const std::string& body,
                     const std::string& authorization);

  base::Guarded<State> state_;
  io::test::TalkServer server_;
};

}  // namespace app::test
