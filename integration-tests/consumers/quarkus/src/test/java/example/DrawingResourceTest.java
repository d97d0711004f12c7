package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

@QuarkusTest
class DrawingResourceTest {
  @TestHTTPResource("/draw?prompt=a%20red%20apple")
  URI drawing;

  @Test
  void draws() throws Exception {
    var answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(drawing).build(), BodyHandlers.ofByteArray());
    assertEquals(200, answer.statusCode());
    assertEquals(128, ImageIO.read(new ByteArrayInputStream(answer.body())).getWidth());
  }
}
