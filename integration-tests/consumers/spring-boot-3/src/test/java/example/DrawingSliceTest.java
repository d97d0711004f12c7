package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.springboot.test.DiffusionTest;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

@DiffusionTest
class DrawingSliceTest {
  @Autowired GenerationClient client;

  @Test
  void drawsWithoutAModel(
      @Autowired DrawingApplication application, @Autowired ApplicationContext context)
      throws Exception {
    byte[] png = application.draw("a red apple");
    assertEquals(64, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
    assertTrue(context.getBeansOfType(LocalGeneration.class).isEmpty());
    assertTrue(context.containsBean("diffusion4jHealthIndicator"));
  }

  @Test
  void equalRequestsDrawEqualFiles() {
    var request = Requests.textToImage("a red apple").addSeeds(7).build();
    byte[] first = client.generate(request).images().get(0).png();
    assertArrayEquals(first, client.generate(request).images().get(0).png());
  }

  @Test
  void invalidRequestsAreRefused() {
    var request = Requests.textToImage(" ").build();
    var refusal = assertThrows(RuntimeException.class, () -> client.generate(request));
    assertTrue(refusal.getMessage().contains("prompt"), refusal.getMessage());
  }
}
