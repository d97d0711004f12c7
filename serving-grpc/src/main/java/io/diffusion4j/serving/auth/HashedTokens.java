package io.diffusion4j.serving.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Stores the SHA-256 of tokens, so that a reader of the list cannot use them.
 *
 * <p>A plain hash is enough for tokens that are random, as those of {@link #newToken} are: 256 bits
 * cannot be guessed. A token is compared with all of the list, each in constant time, so that the
 * time tells nothing about it.
 */
public final class HashedTokens implements Authenticator {
  private static final int TOKEN_BYTES = 32;

  private final List<Entry> entries;
  private final List<byte[]> hashes; // of the entries
  private final InstantSource clock;

  /**
   * A token that is known.
   *
   * @param sha256 the SHA-256 of its characters in UTF-8, as 64 hexadecimal digits
   * @param expires the time of its expiry; {@link Instant#MAX} for never
   * @param principal whose it is
   */
  public record Entry(String sha256, Instant expires, Principal principal) {
    public Entry {
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "sha256 of " + principal.name() + ": " + sha256 + " (expected: 64 of 0-9 and a-f)");
      }
    }
  }

  /**
   * An authenticator that knows these.
   *
   * @throws IllegalArgumentException if a token comes twice
   */
  public HashedTokens(List<Entry> entries, InstantSource clock) {
    Set<String> all = new HashSet<>();
    for (Entry entry : entries) {
      if (!all.add(entry.sha256())) {
        throw new IllegalArgumentException(
            "sha256 of " + entry.principal().name() + ": of another token, too");
      }
    }
    this.entries = List.copyOf(entries);
    this.hashes = entries.stream().map(entry -> HexFormat.of().parseHex(entry.sha256())).toList();
    this.clock = clock;
  }

  /** Creates a token: 43 random characters that are valid in a header. */
  public static String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What an {@link Entry} says of a token. */
  public static String hash(String token) {
    return Hashing.sha256().hashString(token, UTF_8).toString();
  }

  @Override
  public Principal authenticate(String token) {
    if (token.isEmpty()) {
      throw new UnauthenticatedException(
          "TOKEN_MISSING", "authorization: none (expected: Bearer and a token)");
    }
    byte[] hash = Hashing.sha256().hashString(token, UTF_8).asBytes();
    Entry known = null;
    for (int i = 0; i < entries.size(); i++) {
      if (MessageDigest.isEqual(hashes.get(i), hash)) {
        known = entries.get(i);
      }
    }
    if (known == null) {
      throw new UnauthenticatedException(
          "TOKEN_UNKNOWN", "authorization: an unknown token (expected: one of this server)");
    }
    if (!clock.instant().isBefore(known.expires())) {
      throw new UnauthenticatedException(
          "TOKEN_EXPIRED",
          "authorization: a token that expired at "
              + known.expires()
              + " (expected: one that is still good)");
    }
    return known.principal();
  }
}
