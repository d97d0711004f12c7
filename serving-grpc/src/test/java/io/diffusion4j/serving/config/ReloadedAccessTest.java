package io.diffusion4j.serving.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.ReloadedAccess;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server heeds of its settings while it runs. */
final class ReloadedAccessTest {
  private Path folder;

  @BeforeEach
  void makeFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private ReloadedAccess.Settings settings(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("server.yaml"), yaml);
    return ServerConfig.read(file).access();
  }

  @Test
  void tokensAndQuotasAreThoseOfTheNewSettings() throws IOException {
    String token = HashedTokens.newToken();
    String entry = "tokens: [{name: ann, sha256: " + HashedTokens.hash(token) + "}]";
    Files.writeString(folder.resolve("tokens.yaml"), entry);
    var access = new ReloadedAccess(settings("quota: {images-per-minute: 3}"), () -> List.of("a"));
    assertThat(access.authenticate("").quota().imagesPerMinute()).isEqualTo(3);

    access.reload(settings("tokens: tokens.yaml\nquota: {images-per-minute: 5}"));
    assertThatThrownBy(() -> access.authenticate("")).isInstanceOf(UnauthenticatedException.class);
    assertThat(access.authenticate(token).quota().imagesPerMinute()).isEqualTo(5);

    assertThatThrownBy(() -> access.reload(settings("tokens: missing.yaml")))
        .isInstanceOf(IOException.class);
    assertThat(access.authenticate(token).name()).as("as before").isEqualTo("ann");
  }

  /** Both kinds of tokens are known side by side, and their principals are never the same. */
  @Test
  void tokensOfAnIssuerStandBesideThoseOfTheFile() throws Exception {
    String own = HashedTokens.newToken();
    String entry = "tokens: [{name: ann, sha256: " + HashedTokens.hash(own) + "}]";
    Files.writeString(folder.resolve("tokens.yaml"), entry);
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    Files.writeString(folder.resolve("keys.json"), new JWKSet(key.toPublicJWK()).toString());
    String jwt = "jwt: {issuer: i, audience: a, keys: keys.json, roles: {draw: [generate]}}\n";
    var access = new ReloadedAccess(settings(jwt + "tokens: tokens.yaml"), () -> List.of("a"));
    String issued = issued(key, "ann");
    assertThat(access.authenticate(own).name()).isEqualTo("ann");
    Principal ann = access.authenticate(issued);
    assertThat(ann.name()).isEqualTo("jwt.ann");
    assertThat(ann.roles()).containsExactly(Role.GENERATE);
    assertThatThrownBy(() -> access.authenticate("")).hasMessageContaining("authorization: none");

    access.revoke("jwt.ann");
    assertThatThrownBy(() -> access.authenticate(issued)).hasMessageContaining("revoked");
    assertThat(access.authenticate(issued(key, "bob")).name()).isEqualTo("jwt.bob");
    assertThat(access.authenticate(own).name()).isEqualTo("ann");

    access.reload(settings(jwt));
    assertThatThrownBy(() -> access.authenticate(own)).hasMessageContaining("not accepted");
    assertThatThrownBy(() -> access.authenticate("")).hasMessageContaining("authorization: none");

    Files.writeString(folder.resolve("tokens.yaml"), entry.replace("ann", "jwt.ann"));
    assertThatThrownBy(() -> access.reload(settings(jwt + "tokens: tokens.yaml")))
        .hasMessageStartingWith("tokens: name: jwt.ann (expected: none that begins with jwt.");
  }

  private static String issued(ECKey key, String name) throws JOSEException {
    var claims =
        new JWTClaimsSet.Builder()
            .issuer("i")
            .audience("a")
            .subject(name)
            .claim("roles", List.of("draw"))
            .expirationTime(Date.from(Instant.now().plusSeconds(60)))
            .build();
    var token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(), claims);
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }
}
