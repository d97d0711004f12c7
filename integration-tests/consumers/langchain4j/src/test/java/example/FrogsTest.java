package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class FrogsTest {
  @Test
  void drawsTwoFrogs() throws Exception {
    Frogs.main(new String[0]);
    assertEquals(128, ImageIO.read(new File("frog-0.png")).getWidth());
    assertEquals(128, ImageIO.read(new File("frog-1.png")).getWidth());
  }
}
