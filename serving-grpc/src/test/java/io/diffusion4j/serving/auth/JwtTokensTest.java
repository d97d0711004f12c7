package io.diffusion4j.serving.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtTokensTest {
  private static final String ISSUER = "https://login.example";
  private static final Quota FREE = new Quota(6, 6, 1);

  private static JwtIssuer issuer(URI keys) {
    var roles = Map.of("draw", Set.of(Role.GENERATE, Role.EMBED), "watch", Set.of(Role.METRICS));
    return JwtIssuer.of(ISSUER, "draw.example", keys, roles)
        .withRolesClaim("realm_access.roles")
        .withQuotas("tier", Map.of("free", FREE));
  }

  @SuppressWarnings("NullAway.Init") // before all
  private static RSAKey rsa;

  @SuppressWarnings("NullAway.Init")
  private static ECKey ec;

  private final AtomicInteger fetched = new AtomicInteger();
  private volatile JWKSet published = new JWKSet();

  @SuppressWarnings("NullAway.Init") // before each
  private HttpServer http;

  @BeforeAll
  static void makeKeys() throws JOSEException {
    rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
  }

  @BeforeEach
  void publish() throws IOException {
    published = new JWKSet(List.<JWK>of(rsa.toPublicJWK(), ec.toPublicJWK()));
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/keys",
        exchange -> {
          fetched.incrementAndGet();
          byte[] body = published.toString().getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
  }

  @AfterEach
  void stop() {
    http.stop(0);
  }

  private URI keys() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/keys");
  }

  private JwtTokens tokens() throws IOException {
    return new JwtTokens(issuer(keys()), Quota.NONE);
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(List.of("other", "draw.example"))
        .subject("ann")
        .claim("realm_access", Map.of("roles", List.of("draw", "of another application")))
        .expirationTime(Date.from(Instant.now().plusSeconds(60)));
  }

  private static String signed(
      JWSAlgorithm algorithm, String key, JWSSigner signer, JWTClaimsSet claims)
      throws JOSEException {
    var token = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key).build(), claims);
    token.sign(signer);
    return token.serialize();
  }

  private static String signed(JWTClaimsSet.Builder claims) throws JOSEException {
    return signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(rsa), claims.build());
  }

  private static void assertRefused(String reason, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            UnauthenticatedException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  @Test
  void claimsNameThePrincipalItsRolesAndItsQuota() throws Exception {
    Principal ann = tokens().authenticate(signed(claims().claim("tier", "free")));
    assertThat(ann.name()).isEqualTo("jwt.ann");
    assertThat(ann.roles()).containsExactlyInAnyOrder(Role.GENERATE, Role.EMBED);
    assertThat(ann.quota()).isEqualTo(FREE);
    String byCurve = signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec), claims().build());
    assertThat(tokens().authenticate(byCurve).quota()).isEqualTo(Quota.NONE);
  }

  @Test
  void anAccessTokenOfItsOwnTypeIsAccepted() throws Exception {
    var header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("rsa")
            .type(new JOSEObjectType("at+jwt"))
            .build();
    var token = new SignedJWT(header, claims().build());
    token.sign(new RSASSASigner(rsa));
    assertThat(tokens().authenticate(token.serialize()).name()).isEqualTo("jwt.ann");
  }

  /** Rights come from the mapping alone. */
  @ParameterizedTest
  @ValueSource(strings = {"generate", "GENERATE", "admin", "draw2", ""})
  void unmappedRolesGiveNoRight(String role) throws Exception {
    var claims = claims().claim("realm_access", Map.of("roles", List.of(role)));
    assertThat(tokens().authenticate(signed(claims)).roles()).isEmpty();
    assertThat(tokens().authenticate(signed(claims().claim("realm_access", role))).roles())
        .isEmpty();
  }

  /** Names that are invalid here stay distinct, among themselves and from those of others. */
  @Test
  void principalsAreToldApart() throws Exception {
    var tokens = tokens();
    String first = tokens.authenticate(signed(claims().subject("a|b"))).name();
    assertThat(first).startsWith("jwt.sha256.");
    assertThat(tokens.authenticate(signed(claims().subject("a|c"))).name()).isNotEqualTo(first);
    String imitated = first.substring("jwt.".length());
    assertThat(tokens.authenticate(signed(claims().subject(imitated))).name()).isNotEqualTo(first);
    assertRefused(
        "TOKEN_INVALID", "claim sub", () -> tokens.authenticate(signed(claims().subject(null))));
    var number =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build(),
            new Payload(claims().build().toString().replace("\"ann\"", "5")));
    number.sign(new RSASSASigner(rsa));
    assertRefused("TOKEN_INVALID", "claim sub", () -> tokens.authenticate(number.serialize()));
    assertRefused(
        "TOKEN_INVALID",
        "claim tier",
        () -> tokens.authenticate(signed(claims().claim("tier", "gold"))));
  }

  @Test
  void timesAreCheckedWithTheSkew() throws Exception {
    var tokens = tokens();
    Instant now = Instant.now();
    var justExpired = claims().expirationTime(Date.from(now.minusSeconds(10)));
    assertThat(tokens.authenticate(signed(justExpired)).name()).isEqualTo("jwt.ann");
    assertRefused(
        "TOKEN_EXPIRED",
        "expired",
        () ->
            tokens.authenticate(signed(claims().expirationTime(Date.from(now.minusSeconds(120))))));
    assertRefused(
        "TOKEN_INVALID",
        "before",
        () -> tokens.authenticate(signed(claims().notBeforeTime(Date.from(now.plusSeconds(120))))));
    assertRefused(
        "TOKEN_INVALID", "exp", () -> tokens.authenticate(signed(claims().expirationTime(null))));
  }

  @Test
  void tokensForOthersAreRefused() throws Exception {
    var tokens = tokens();
    assertRefused(
        "TOKEN_INVALID",
        "aud",
        () -> tokens.authenticate(signed(claims().audience("another.example"))));
    assertRefused(
        "TOKEN_INVALID",
        "iss",
        () -> tokens.authenticate(signed(claims().issuer("https://evil.example"))));
  }

  /** The classic forgeries: no signature, a public key as a secret, another's key, other bytes. */
  @Test
  void forgeriesAreRefused() throws Exception {
    var tokens = tokens();
    String none = new PlainJWT(claims().build()).serialize();
    assertRefused("TOKEN_INVALID", "Unsecured", () -> tokens.authenticate(none));
    byte[] publicKey = rsa.toRSAPublicKey().getEncoded();
    String confused = signed(JWSAlgorithm.HS256, "rsa", new MACSigner(publicKey), claims().build());
    assertRefused("TOKEN_INVALID", "", () -> tokens.authenticate(confused));
    RSAKey other = new RSAKeyGenerator(2048).keyID("rsa").generate();
    String stolen = signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(other), claims().build());
    assertRefused("TOKEN_INVALID", "signature", () -> tokens.authenticate(stolen));
    String good = signed(claims());
    String[] parts = good.split("\\.", -1);
    String[] richer = signed(claims().claim("tier", "free")).split("\\.", -1);
    assertRefused(
        "TOKEN_INVALID",
        "signature",
        () -> tokens.authenticate(parts[0] + "." + richer[1] + "." + parts[2]));
    assertRefused("TOKEN_INVALID", "", () -> tokens.authenticate("a.b.c"));
    for (String nested :
        List.of(
            "[".repeat(3000),
            "{\"a\":".repeat(1500),
            "{\"alg\":\"RS256\",\"a\":" + "[".repeat(3000) + "]".repeat(3000) + "}")) {
      String head = Base64.getUrlEncoder().encodeToString(nested.getBytes(UTF_8));
      assertRefused("TOKEN_INVALID", "", () -> tokens.authenticate(head + ".e30.YQ"));
      assertRefused("TOKEN_INVALID", "", () -> tokens.authenticate(parts[0] + "." + head + ".YQ"));
    }
    assertRefused("TOKEN_INVALID", "longer", () -> tokens.authenticate("x".repeat(20_000)));
  }

  /** A new key is found, and tokens with unknown keys cause no load at the issuer. */
  @Test
  void keysRotateAndUnknownOnesAreLookedForAtABoundedRate() throws Exception {
    var tokens = tokens();
    tokens.authenticate(signed(claims()));
    RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
    published = new JWKSet(List.<JWK>of(next.toPublicJWK()));
    String token = signed(JWSAlgorithm.RS256, "next", new RSASSASigner(next), claims().build());
    assertThat(tokens.authenticate(token).name()).isEqualTo("jwt.ann");
    for (int i = 0; i < 50; i++) {
      String unknown =
          signed(JWSAlgorithm.RS256, "key" + i, new RSASSASigner(next), claims().build());
      assertRefused("TOKEN_INVALID", "", () -> tokens.authenticate(unknown));
    }
    assertThat(fetched.get()).isLessThanOrEqualTo(3);
    assertThat(tokens.authenticate(token).name()).isEqualTo("jwt.ann");
  }

  @Test
  void anIssuerThatCannotBeReachedIsNotTheCallersFault() throws Exception {
    var tokens = tokens();
    http.stop(0);
    String token = signed(claims());
    assertThatThrownBy(() -> tokens.authenticate(token))
        .isInstanceOf(UnavailableAuthenticatorException.class);
  }

  @Test
  void keysMayBeAFileOfPublicOnes(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("keys.json");
    var issuer = issuer(file.toUri());
    Files.writeString(file, published.toString());
    assertThat(new JwtTokens(issuer, Quota.NONE).authenticate(signed(claims())).name())
        .isEqualTo("jwt.ann");
    Files.writeString(file, new JWKSet(rsa).toString(false));
    assertThatThrownBy(() -> new JwtTokens(issuer, Quota.NONE))
        .hasMessage("keys: " + file + ": private or secret keys (expected: public keys)");
    Files.writeString(file, "{\"keys\": []}");
    assertThatThrownBy(() -> new JwtTokens(issuer, Quota.NONE))
        .hasMessage("keys: " + file + ": none (expected: public keys)");
    Files.writeString(file, "[]");
    assertThatThrownBy(() -> new JwtTokens(issuer, Quota.NONE))
        .hasMessageStartingWith("keys: " + file)
        .hasMessageEndingWith("(expected: a JWK set)");
  }

  @ParameterizedTest
  @CsvSource({
    "http://login.example/keys, RS256, 'keys: http://login.example/keys (expected: a file, an"
        + " https'",
    "ftp://login.example/keys, RS256, 'keys: ftp'",
    "https://login.example/keys, HS256, 'algorithms: HS256 (expected: one of ES256'",
    "https://login.example/keys, none, 'algorithms: none'"
  })
  void settingsThatLetOthersInAreRefused(URI keys, String algorithm, String message) {
    assertThatThrownBy(
            () ->
                JwtIssuer.of(ISSUER, "a", keys, Map.of("draw", Set.of(Role.GENERATE)))
                    .withAlgorithms(Set.of(algorithm)))
        .hasMessageStartingWith(message);
  }
}
