package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;

class DrawingApplicationTest {
  private static byte[] get(String port, String path) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build();
    var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
    assertEquals(200, answer.statusCode(), path);
    return answer.body();
  }

  @Test
  void drawsOnAPage() throws Exception {
    try (var context = SpringApplication.run(DrawingApplication.class, "--server.port=0")) {
      String port = context.getEnvironment().getProperty("local.server.port");
      assertTrue(new String(get(port, "/"), StandardCharsets.UTF_8).contains("draw?"));
      byte[] png = get(port, "/draw?prompt=a%20red%20apple");
      assertEquals(128, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
      String health = new String(get(port, "/actuator/health"), StandardCharsets.UTF_8);
      assertTrue(health.contains("\"diffusion4j\":{\"status\":\"UP\"}"), health);
      String drawn =
          new String(get(port, "/actuator/metrics/diffusion4j.images"), StandardCharsets.UTF_8);
      assertTrue(drawn.contains("\"value\":1.0"), drawn);
    }
  }
}
