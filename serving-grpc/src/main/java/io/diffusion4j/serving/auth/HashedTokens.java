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
 * An authenticator with a fixed list of tokens. It stores only their SHA-256 hashes, so a leaked
 * list does not leak the tokens.
 *
 * <p>A plain hash is sufficient for random tokens such as those of {@link #newToken}: 256 bits
 * cannot be guessed. Each received token is compared with every entry in constant time, so response
 * times reveal nothing about the list. Thread-safe.
 */
public final class HashedTokens implements Authenticator {
  private static final int TOKEN_BYTES = 32;

  private final List<Entry> entries;
  private final List<byte[]> hashes; // in the order of entries
  private final InstantSource clock;

  /**
   * An accepted token.
   *
   * @param sha256 the SHA-256 of the token in UTF-8, as 64 lower-case hexadecimal digits; see
   *     {@link HashedTokens#hash}
   * @param expires the time of expiry; {@link Instant#MAX} for a token that does not expire
   * @param principal the owner of the token
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
   * Creates an authenticator that accepts the tokens of the given entries.
   *
   * @throws IllegalArgumentException if two entries have the same hash
   */
  public HashedTokens(List<Entry> entries, InstantSource clock) {
    Set<String> all = new HashSet<>();
    for (Entry entry : entries) {
      if (!all.add(entry.sha256())) {
        throw new IllegalArgumentException(
            "sha256 of "
                + entry.principal().name()
                + ": given twice (expected: a different token for each entry)");
      }
    }
    this.entries = List.copyOf(entries);
    this.hashes = entries.stream().map(entry -> HexFormat.of().parseHex(entry.sha256())).toList();
    this.clock = clock;
  }

  static UnauthenticatedException missing() {
    return new UnauthenticatedException(
        "TOKEN_MISSING", "authorization: none (expected: Bearer and a token)");
  }

  static UnauthenticatedException unknown() {
    return new UnauthenticatedException(
        "TOKEN_UNKNOWN", "authorization: an unknown token (expected: one of this server)");
  }

  /** Returns the accepted tokens. */
  List<Entry> entries() {
    return entries;
  }

  /** Creates a random token of 256 bits, as 43 characters that are valid in a header. */
  public static String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns the hash of a token, in the form that {@link Entry#sha256} has. */
  public static String hash(String token) {
    return Hashing.sha256().hashString(token, UTF_8).toString();
  }

  @Override
  public Principal authenticate(String token) {
    if (token.isEmpty()) {
      throw missing();
    }
    byte[] hash = Hashing.sha256().hashString(token, UTF_8).asBytes();
    Entry known = null;
    for (int i = 0; i < entries.size(); i++) {
      if (MessageDigest.isEqual(hashes.get(i), hash)) {
        known = entries.get(i);
      }
    }
    if (known == null) {
      throw unknown();
    }
    if (!clock.instant().isBefore(known.expires())) {
      throw new UnauthenticatedException(
          "TOKEN_EXPIRED",
          "authorization: a token that expired at "
              + known.expires()
              + " (expected: one that has not expired)");
    }
    return known.principal();
  }
}
