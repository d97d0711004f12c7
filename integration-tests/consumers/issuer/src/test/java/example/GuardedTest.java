package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.PackagedModel;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients get their tokens from the issuer's token endpoint, and the server its keys. */
class GuardedTest {
  private static final String HERE = "draw.example";
  private static final List<String> DRAWS = List.of("draw-user", "of another application");

  private static MockOAuth2Server issuer;
  private static LocalModels models;
  private static String address;
  private static AutoCloseable server;

  @BeforeAll
  static void start() throws Exception {
    issuer = new MockOAuth2Server();
    issuer.start();
    var served = List.of(ServedModel.of(PackagedModel.unpack("emoji")));
    models = LocalModels.load(served, OpenOptions.with(Residency.ALWAYS));
    var guarded =
        Guarded.server(models, issuer.issuerUrl("ours").toString(), issuer.jwksUrl("ours").uri());
    server = guarded;
    address = "localhost:" + guarded.start().port();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    models.close();
    issuer.shutdown();
  }

  /** Fetches a token from the issuer by client_credentials. */
  private static String token(String realm, String audience, List<String> roles, long seconds)
      throws Exception {
    issuer.enqueueCallback(
        new DefaultOAuth2TokenCallback(
            realm, "ann", "JWT", List.of(audience), Map.of("roles", roles), seconds));
    String form = "grant_type=client_credentials&client_id=a&client_secret=b&scope=draw";
    var request =
        HttpRequest.newBuilder(issuer.tokenEndpointUrl(realm).uri())
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build();
    String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    var found = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"").matcher(body);
    if (!found.find()) {
      throw new IllegalStateException("no token in " + body);
    }
    return found.group(1);
  }

  private static byte[] draw(String token) {
    try (var client = GenerationClient.connect(address, Connection.PLAINTEXT.withToken(token))) {
      var request = Requests.textToImage("a red apple").addSeeds(7).build();
      return client.generate(request).images().get(0).png();
    }
  }

  private static String refusal(String token) {
    return assertThrows(GenerationException.class, () -> draw(token)).code().toString();
  }

  @Test
  void aMappedRoleDraws() throws Exception {
    byte[] png = draw(token("ours", HERE, DRAWS, 60));
    assertEquals(128, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
  }

  @Test
  void otherRolesDoNotDraw() throws Exception {
    String token = token("ours", HERE, List.of("of another application"), 60);
    assertEquals("PERMISSION_DENIED", refusal(token));
  }

  @Test
  void tokensOfOthersAreRefused() throws Exception {
    assertEquals("UNAUTHENTICATED", refusal(token("ours", "mail.example", DRAWS, 60)));
    assertEquals("UNAUTHENTICATED", refusal(token("ours", HERE, DRAWS, -60)));
    assertEquals("UNAUTHENTICATED", refusal(token("theirs", HERE, DRAWS, 60)));
    String good = token("ours", HERE, DRAWS, 60);
    String changed = token("ours", HERE, List.of("admin"), 60);
    String forged =
        good.substring(0, good.indexOf('.'))
            + changed.substring(changed.indexOf('.'), changed.lastIndexOf('.'))
            + good.substring(good.lastIndexOf('.'));
    assertEquals("UNAUTHENTICATED", refusal(forged));
  }
}
