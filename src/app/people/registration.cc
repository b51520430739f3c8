#include "app/people/registration.h"

#include "app/letters/post.h"
#include "app/people/names.h"
#include "app/people/password_hash.h"
#include "app/people/password_rules.h"

namespace app {

LetterFor letter_for(Call& call, const Account& account) {
  return {.language = account.language,
          .brand = call.parts.settings.brand.name,
          .site_url = call.site_url(),
          .name = account.name,
          .to = account.email};
}

Outcome<void> queue_letter(Call& call, io::SqlConnection& sql, const Letter& letter) {
  auto may = count_letter(sql, letter.to, call.now);
  if (!may) return std::unexpected(std::move(may.error()));
  if (!*may) return {};
  return call.parts.post->queue(sql, letter, call.now);
}

Outcome<void> queue_code(Call& call, io::SqlConnection& sql, const CodeOfLetter& code,
                         const Letter& letter) {
  auto may = count_letter(sql, letter.to, call.now);
  if (!may) return std::unexpected(std::move(may.error()));
  if (!*may) return {};
  auto kept =
      insert_code(sql, code.code, code.purpose, code.account, code.value, call.now, code.lifetime);
  if (!kept) return kept;
  return call.parts.post->queue(sql, letter, call.now);
}

namespace {

// Accounts that never proved their address make room for whoever registers with it next: they may
// be somebody else's, who only typed it.
Outcome<void> clear_unproven(AccountsService& people, io::SqlConnection& sql,
                             const std::optional<AccountRow>& other,
                             std::optional<Account>& replaced) {
  if (!other || other->account.state != Account::State::kUnverified) return {};
  replaced = other->account;
  return people.erase(sql, other->account);
}

Outcome<void> check_wanted(AccountsService& people, const Registration& wanted) {
  if (!people.limits().registration) {
    return refuse(403, "RegistrationClosed", "New accounts are made by the administrators here.");
  }
  if (auto fits = people.check_new_name(wanted.name); !fits) return fits;
  if (auto fits = people.check_new_email(wanted.email); !fits) return fits;
  return check_new_password(wanted.password);
}

}  // namespace

Outcome<Registered> register_person(Call& call, const Registration& wanted, Entry entry) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "register"); !may) {
    return std::unexpected(std::move(may.error()));
  }
  if (auto fits = check_wanted(people, wanted); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  const bool is_free = people.settings().auto_verify;  // nobody has to prove an address
  AccountRow row = new_account(wanted.name, wanted.email, call.now);
  Account& account = row.account;
  if (!wanted.avatar.empty()) account.avatar = wanted.avatar;
  if (!wanted.color.empty()) account.color = wanted.color;
  account.language = wanted.language;
  account.state = is_free ? Account::State::kActive : Account::State::kUnverified;
  const bool is_administrator = people.is_named_administrator(account, false);
  account.role = is_administrator ? Role::kAdministrator : people.first_role();
  row.password = hash_password(wanted.password);
  const NewSession session = people.new_session_for(call);
  const std::string code = new_code();
  const bool with_session = is_free && entry == Entry::kSignIn;
  std::optional<Account> replaced;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    replaced.reset();
    auto other = load_account_by_email(sql, wanted.email);
    if (!other) return std::unexpected(std::move(other.error()));
    if (auto cleared = clear_unproven(people, sql, *other, replaced); !cleared) return cleared;
    if (*other && !replaced && !is_free) {
      // The same answer as to everybody, names that somebody has included.
      auto owner = owner_of_name(sql, wanted.name);
      if (!owner) return std::unexpected(std::move(owner.error()));
      if (*owner) return refuse(409, "NameTaken", "Somebody has this name already.", "name");
      return queue_letter(call, sql,
                          already_registered_letter(letter_for(call, (*other)->account)));
    }
    if (auto made = insert_account(sql, row); !made) return made;
    if (with_session) return insert_session(sql, session, account.id, row.generation);
    if (is_free) return {};
    return queue_code(call, sql,
                      {.code = code,
                       .purpose = CodePurpose::kVerify,
                       .account = account.id,
                       .value = {},
                       .lifetime = kVerifyLasts},
                      verify_letter(letter_for(call, account), code));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (replaced) people.erased(*replaced);
  Registered registered;
  if (!is_free) {
    call.parts.post->look();
    return registered;
  }
  registered.is_confirmed = true;
  registered.account = account.id;
  if (with_session) registered.session = people.opened(session, call.request);
  return registered;
}

Outcome<Account> rename_me(Call& call, std::string_view name) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "rename"); !may) return std::unexpected(may.error());
  if (auto fits = people.check_new_name(name); !fits) return std::unexpected(fits.error());
  std::string former;
  Account account;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load_account(sql, call.me().id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return not_found("There is no such account.");
    account = (*row)->account;
    former = account.name;
    account.name = name;
    return rename_account(sql, account.id, name, call.now);
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (former != account.name) people.tell_renamed(account, former);
  return account;
}

Outcome<void> send_reset(Call& call, std::string_view email) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "letters"); !may) return may;
  const std::string code = new_code();
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load_account_by_email(sql, email);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row || (*row)->account.state == Account::State::kSuspended) {
      // As much work as for somebody.
      auto counted = count_letter(sql, email, call.now);
      if (!counted) return std::unexpected(std::move(counted.error()));
      return {};
    }
    const Account& account = (*row)->account;
    return queue_code(call, sql,
                      {.code = code,
                       .purpose = CodePurpose::kReset,
                       .account = account.id,
                       .value = {},
                       .lifetime = kResetLasts},
                      reset_letter(letter_for(call, account), code));
  });
  if (written) call.parts.post->look();
  return written;
}

}  // namespace app
