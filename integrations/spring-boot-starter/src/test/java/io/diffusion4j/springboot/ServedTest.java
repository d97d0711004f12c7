package io.diffusion4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.clip.ClipIdentity;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalServer;
import io.diffusion4j.search.VectorIndex;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.v1.SearchImagesRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** An application whose model is also served on a port, by the settings of a server. */
@Timeout(300)
class ServedTest {
  private static final Path MODEL = Path.of("../../emoji/model").toAbsolutePath();
  private static final String ANN = HashedTokens.newToken();
  private static final String OPERATOR = HashedTokens.newToken();
  private static final AnnotationConfigApplicationContext APPLICATION =
      new AnnotationConfigApplicationContext();

  @TempDir private static Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // before all
  private static ECKey key;

  @BeforeAll
  static void start() throws Exception {
    key = new ECKeyGenerator(Curve.P_256).keyID("k").generate();
    Files.writeString(folder.resolve("keys.json"), new JWKSet(key.toPublicJWK()).toString());
    writeTokens("[generate, embed]");
    try (var index = VectorIndex.open(folder.resolve("index"), ClipIdentity.of(MODEL), 128)) {
      index.add(Map.of("apple.png", axis()));
      index.commit();
    }
    Files.writeString(
        folder.resolve("server.yaml"),
        "port: 0\ntokens: tokens.yaml\nindices: {photos: index}\nquota: {images-per-minute: 7}\n");
    TestPropertyValues.of(
            "diffusion4j.model=" + MODEL,
            "diffusion4j.ca=ca.pem",
            "diffusion4j.grace=5s",
            "diffusion4j.config=" + folder.resolve("server.yaml"),
            "diffusion4j.serve.admin.port=0",
            "diffusion4j.serve.jwt.issuer=i",
            "diffusion4j.serve.jwt.audience=a",
            "diffusion4j.serve.jwt.keys=" + folder.resolve("keys.json"),
            "diffusion4j.serve.jwt.roles.draw[0]=embed")
        .applyTo(APPLICATION);
    APPLICATION
        .getBeanFactory()
        .setConversionService(ApplicationConversionService.getSharedInstance());
    APPLICATION.register(Diffusion4jAutoConfiguration.class, EmbeddedAutoConfiguration.class);
    APPLICATION.refresh();
  }

  @AfterAll
  static void stop() {
    APPLICATION.close();
  }

  private static float[] axis() {
    var axis = new float[128];
    axis[0] = 1;
    return axis;
  }

  private static void writeTokens(String roles) throws IOException {
    Files.writeString(
        folder.resolve("tokens.yaml"),
        "tokens:\n- {name: ann, sha256: %s, roles: %s}\n- {name: op, sha256: %s, roles: [admin]}\n"
            .formatted(HashedTokens.hash(ANN), roles, HashedTokens.hash(OPERATOR)));
  }

  private static LocalServer server() {
    return APPLICATION.getBean(LocalGeneration.class).served().orElseThrow();
  }

  private static GenerationClient client(Connection how) {
    return GenerationClient.connect("127.0.0.1:" + server().server().port(), how);
  }

  private static void assertMaySearch(Connection how) {
    try (var client = client(how)) {
      var request = SearchImagesRequest.newBuilder().setIndex("photos").setText("an apple").build();
      assertThat(client.embeddings().search(request))
          .singleElement()
          .satisfies(found -> assertThat(found.getName()).isEqualTo("apple.png"));
    }
  }

  @Test
  void aTokenOfTheFileIsNeededAndAnIndexIsSearched() {
    assertMaySearch(Connection.PLAINTEXT.withToken(ANN));
    try (var stranger = client(Connection.PLAINTEXT)) {
      assertThatThrownBy(stranger::models)
          .isInstanceOf(GenerationException.class)
          .hasMessageContaining("authorization: none");
    }
  }

  @Test
  void aTokenOfTheIssuerIsAccepted() throws Exception {
    var claims =
        new JWTClaimsSet.Builder()
            .issuer("i")
            .audience("a")
            .subject("bob")
            .claim("roles", List.of("draw"))
            .expirationTime(Date.from(Instant.now().plusSeconds(600)))
            .build();
    var token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k").build(), claims);
    token.sign(new ECDSASigner(key));
    assertMaySearch(Connection.PLAINTEXT.withToken(token.serialize()));
  }

  @Test
  void propertiesOfAllKindsAreBound() {
    var properties = APPLICATION.getBean(Diffusion4jProperties.class);
    assertThat(properties.ca()).contains("ca.pem");
    assertThat(properties.grace()).contains(Duration.ofSeconds(5));
  }

  @Test
  void theClientOfTheApplicationNeedsNoToken() {
    assertThat(APPLICATION.getBean(GenerationClient.class).models()).hasSize(1);
  }

  private static String operate(String method, String path, String token) throws Exception {
    int port = server().operators().orElseThrow().getPort();
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("authorization", "Bearer " + token)
            .method(method, BodyPublishers.noBody())
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void operatorsHaveAPortAndReloadTheSettings() throws Exception {
    assertThat(operate("GET", "/v1/models", OPERATOR)).contains("\"state\":\"default\"");
    assertThat(operate("GET", "/v1/models", ANN)).contains("PERMISSION_DENIED");
    assertThat(operate("GET", "/v1/quotas", OPERATOR))
        .isEqualTo("{\"defaults\":{\"images-per-minute\":7},\"given\":{}}");
    String yaml = Files.readString(folder.resolve("server.yaml"));
    Files.writeString(folder.resolve("server.yaml"), yaml.replace("minute: 7", "minute: 8"));
    assertThat(operate("POST", "/v1/reload", OPERATOR)).isEqualTo("{\"state\":\"reloaded\"}");
    assertThat(operate("GET", "/v1/quotas", OPERATOR)).contains("{\"images-per-minute\":8}");
    assertThat(server().reload()).as("as an application does").isEmpty();
  }

  @Test
  void aWrongSettingIsNamed() {
    var properties = TestPropertyValues.of("diffusion4j.serve.admin.prot=1");
    try (var other = new AnnotationConfigApplicationContext()) {
      properties.applyTo(other);
      other.register(Diffusion4jAutoConfiguration.class, EmbeddedAutoConfiguration.class);
      assertThatThrownBy(other::refresh)
          .hasStackTraceContaining("admin.prot: unknown (expected: one of host, port)");
    }
  }
}
