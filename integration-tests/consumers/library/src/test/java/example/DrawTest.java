package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class DrawTest {
  @Test
  void drawsAnApple() throws Exception {
    Draw.main(new String[0]);
    assertEquals(128, ImageIO.read(new File("apple.png")).getWidth());
  }
}
