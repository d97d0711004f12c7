package io.diffusion4j.serving.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HashedTokensTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
  private static final Principal ANN =
      new Principal("ann", Set.of(Role.GENERATE), Set.of("a"), Quota.NONE);
  private static final Principal BOB =
      new Principal("bob", Set.of(), Set.of(Principal.EVERY_MODEL), Quota.NONE);

  private Instant now = NOON;
  private final HashedTokens tokens =
      new HashedTokens(
          List.of(
              new HashedTokens.Entry(HashedTokens.hash("ann's"), Instant.MAX, ANN),
              new HashedTokens.Entry(HashedTokens.hash("bob's"), NOON.plusSeconds(1), BOB)),
          () -> now);

  @Test
  void aTokenTellsWhoseItIs() {
    assertThat(tokens.authenticate("ann's")).isEqualTo(ANN);
    assertThat(tokens.authenticate("bob's")).isEqualTo(BOB);
  }

  @ParameterizedTest
  @CsvSource({
    "'', TOKEN_MISSING, authorization: none (expected: Bearer and a token)",
    "eve's, TOKEN_UNKNOWN, authorization: an unknown token (expected: one of this server)",
    "ANN'S, TOKEN_UNKNOWN, authorization: an unknown token (expected: one of this server)",
  })
  void anotherTokenIsRefusedAndNotRepeated(String token, String reason, String message) {
    var refusal =
        catchThrowableOfType(UnauthenticatedException.class, () -> tokens.authenticate(token));
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal).hasMessage(message);
  }

  @Test
  void aTokenIsGoodUntilItExpires() {
    assertThat(tokens.authenticate("bob's")).isEqualTo(BOB);
    now = NOON.plusSeconds(1);
    var refusal =
        catchThrowableOfType(UnauthenticatedException.class, () -> tokens.authenticate("bob's"));
    assertThat(refusal.reason()).isEqualTo("TOKEN_EXPIRED");
    assertThat(refusal).hasMessageContaining("2030-01-01T12:00:01Z");
  }

  @Test
  void aHashIsThatOfSha256sum() {
    assertThat(HashedTokens.hash("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void newTokensAreLongAndNeverTheSame() {
    assertThat(Stream.generate(HashedTokens::newToken).limit(100))
        .doesNotHaveDuplicates()
        .allMatch(token -> token.matches("[A-Za-z0-9_-]{43}"));
  }

  @Test
  void oneTokenForTwoIsRefused() {
    String hash = HashedTokens.hash("both");
    assertThatThrownBy(
            () ->
                new HashedTokens(
                    List.of(
                        new HashedTokens.Entry(hash, Instant.MAX, ANN),
                        new HashedTokens.Entry(hash, Instant.MAX, BOB)),
                    () -> now))
        .hasMessage("sha256 of bob: given twice (expected: a different token for each entry)");
    assertThatThrownBy(() -> new HashedTokens.Entry("a token", Instant.MAX, ANN))
        .hasMessage("sha256 of ann: a token (expected: 64 of 0-9 and a-f)");
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer abc, abc",
    "bearer  abc , abc",
    "Basic abc, ''",
    "Basic %, ''",
    "basic YW55OnNlOmNyZXQ=, se:cret",
    "Bearer, ''",
    "'', ''",
  })
  void aHeaderCarriesATokenAfterItsScheme(String header, String token) {
    assertThat(BearerToken.of(header)).isEqualTo(token);
  }
}
