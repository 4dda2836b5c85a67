#include "domain/user.h"

#include <gtest/gtest.h>

namespace docquarry {
namespace {

// What email-validator 2.4.0 says, asked once and written down.
struct Case {
  std::string text;
  std::string_view reason;  // empty: acceptable
};

const Case cases[] = {
    {"ada@example.org", ""},
    {" ada@example.org ", ""},
    {"a.b+c_d!#$%&'*/=?^`{|}~-@sub.example.co", ""},
    {"j\xC3\xB6rg@example.org", ""},
    {"a@b.c", ""},
    {"a@xn--bcher-kva.example", ""},
    {"", "An email address must have an @-sign."},
    {"ada", "An email address must have an @-sign."},
    {"@example.org", "There must be something before the @-sign."},
    {"ada@", "There must be something after the @-sign."},
    {"a b@example.org", "The email address contains invalid characters before the @-sign: SPACE."},
    {"a(b)\\@example.org", "The email address contains invalid characters before the @-sign: \"\\\", '(', ')'."},
    {"a..b@example.org", "An email address cannot have two periods in a row."},
    {".a@example.org", "An email address cannot start with a period."},
    {"a.@example.org", "An email address cannot have a period immediately before the @-sign."},
    {"a@b@example.org", "The part after the @-sign contains invalid characters: '@'."},
    {"a@exa_mple.org", "The part after the @-sign contains invalid characters: '_'."},
    {"a@.org", "An email address cannot have a period immediately after the @-sign."},
    {"a@example.org.", "An email address cannot end with a period."},
    {"a@example..org", "An email address cannot have two periods in a row."},
    {"a@-example.org", "An email address cannot have a hyphen immediately after the @-sign."},
    {"a@example.org-", "An email address cannot end with a hyphen."},
    {"a@ex-.org", "An email address cannot have a period and a hyphen next to each other."},
    {"a@example", "The part after the @-sign is not valid. It should have a period."},
    {"a@127.0.0.1", "The part after the @-sign is not valid. It is not within a valid top-level domain."},
    {"a@[127.0.0.1]", "A bracketed IP address after the @-sign is not allowed here."},
    {"\"a b\"@example.org", "Quoting the part before the @-sign is not allowed here."},
    {"system@docprocessor.local", "The part after the @-sign is a special-use or reserved name that cannot be used with email."},
    {"a@b.LocalHost", "The part after the @-sign is a special-use or reserved name that cannot be used with email."},
    {"a@" + std::string(64, 'x') + ".org",
     "After the @-sign, periods cannot be separated by so many characters (1 character too many)."},
    {std::string(250, 'x') + "@example.org", "The email address is too long (8 characters too many)."},
};

TEST(WhyNotAnEmail, says_what_the_original_said) {
  for (const auto& one : cases) EXPECT_EQ(why_not_an_email(one.text), one.reason) << one.text;
}

TEST(NormalisedEmail, lowers_only_the_part_after_the_at_sign) {
  EXPECT_EQ(normalised_email(" Ada@Example.ORG "), "Ada@example.org");
}

}  // namespace
}  // namespace docquarry
