package io.diffusion4j.serving.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Authenticates callers by the JSON Web Tokens of an issuer (RFC 7519). Thread-safe.
 *
 * <p>The issuer's keys are cached for {@value #CACHE_MILLIS} ms. A token signed by an unknown key
 * triggers a refresh, at most two in {@value #INTERVAL_MILLIS} ms. While the issuer is unreachable,
 * cached keys stay valid for {@value #OUTAGE_MILLIS} ms.
 */
public final class JwtTokens implements Authenticator {
  private static final long CACHE_MILLIS = 300_000;
  private static final long INTERVAL_MILLIS = 30_000;
  private static final long OUTAGE_MILLIS = 3_600_000;
  private static final long REFRESH_MILLIS = 10_000;
  private static final int TIMEOUT_MILLIS = 3000;
  private static final int MAX_BYTES = 256 << 10;
  private static final int LONGEST_TOKEN = 16 << 10;
  private static final int PARTS = 3;

  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final ClaimReader claims;

  /**
   * Creates an authenticator for the tokens of an issuer.
   *
   * @param defaults the quota of principals whose token has no quota claim
   * @throws IOException if the keys are a file that cannot be read
   * @throws IllegalArgumentException if the file is not a JWK set of public keys only
   */
  public JwtTokens(JwtIssuer issuer, Quota defaults) throws IOException {
    this.claims = new ClaimReader(issuer, defaults);
    if (issuer.keys().getScheme().equals("file")) {
      requirePublicKeys(Path.of(issuer.keys()));
    }
    var algorithms =
        issuer.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys(issuer)));
    var verifier =
        new DefaultJWTClaimsVerifier<SecurityContext>(
            issuer.audience(),
            new JWTClaimsSet.Builder().issuer(issuer.issuer()).build(),
            Set.of("exp"));
    verifier.setMaxClockSkew((int) issuer.skew().toSeconds());
    processor.setJWTClaimsSetVerifier(verifier);
  }

  private static JWKSource<SecurityContext> keys(JwtIssuer issuer) throws MalformedURLException {
    var retriever = new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES);
    return JWKSourceBuilder.<SecurityContext>create(issuer.keys().toURL(), retriever)
        .cache(CACHE_MILLIS, REFRESH_MILLIS)
        .rateLimited(INTERVAL_MILLIS)
        .outageTolerant(OUTAGE_MILLIS)
        .build();
  }

  private static void requirePublicKeys(Path file) throws IOException {
    JWKSet set;
    try {
      set = JWKSet.parse(Files.readString(file));
    } catch (ParseException e) {
      throw new IllegalArgumentException(
          "keys: " + file + ": " + e.getMessage() + " (expected: a JWK set)", e);
    }
    if (set.isEmpty() || set.containsNonPublicKeys()) {
      throw new IllegalArgumentException(
          "keys: "
              + file
              + (set.isEmpty() ? ": none" : ": private or secret keys")
              + " (expected: public keys)");
    }
  }

  /** The prefix of the names of all principals authenticated by such a token. */
  public static final String PREFIX = ClaimReader.PREFIX;

  /** Returns whether a token has the three parts of a signed JSON Web Token. */
  public static boolean isOne(String token) {
    return token.split("\\.", -1).length == PARTS;
  }

  @Override
  public Principal authenticate(String token) {
    if (token.length() > LONGEST_TOKEN) {
      throw invalid("longer than " + LONGEST_TOKEN + " characters");
    }
    try {
      JWT jwt = JWTParser.parse(token);
      processor.process(jwt, null);
      return claims.principal(((SignedJWT) jwt).getPayload().toJSONObject());
    } catch (ExpiredJWTException e) {
      throw new UnauthenticatedException(
          "TOKEN_EXPIRED",
          "authorization: an expired token (expected: a current one of the issuer)");
    } catch (RateLimitReachedException e) {
      throw invalid("signed by a key that the issuer does not publish");
    } catch (KeySourceException e) {
      throw new UnavailableAuthenticatorException(
          "the keys of the token issuer cannot be fetched", e);
    } catch (ParseException | BadJOSEException e) {
      throw invalid(String.valueOf(e.getMessage()));
    } catch (JOSEException e) {
      throw invalid("the signature cannot be verified");
    }
  }

  private static UnauthenticatedException invalid(String why) {
    return new UnauthenticatedException(
        "TOKEN_INVALID",
        "authorization: the token is not accepted: "
            + why.replaceAll("\\p{Cntrl}", " ")
            + " (expected: one that the issuer signed for this server)");
  }
}
