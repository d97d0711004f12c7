import java.awt.Color;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** Draws circles and squares in four colours, with captions beside them: java ColouredShapes.java FOLDER. */
class ColouredShapes {
  private static final int SIZE = 64;
  private static final int EACH = 8;
  private static final Map<String, Color> COLOURS =
      new TreeMap<>(
          Map.of(
              "red", new Color(0xD22B2B),
              "green", new Color(0x2E8B57),
              "blue", new Color(0x1F5FD0),
              "yellow", new Color(0xF2C230)));

  public static void main(String[] args) throws IOException {
    var random = new Random(1);
    var folder = new File(args[0]);
    folder.mkdirs();
    for (var colour : COLOURS.entrySet()) {
      for (String shape : new String[] {"circle", "square"}) {
        for (int i = 0; i < EACH; i++) {
          String name = colour.getKey() + "-" + shape + "-" + i;
          ImageIO.write(
              draw(colour.getValue(), shape, random), "png", new File(folder, name + ".png"));
          Files.writeString(
              new File(folder, name + ".txt").toPath(), "a " + colour.getKey() + " " + shape);
        }
      }
    }
  }

  private static BufferedImage draw(Color colour, String shape, Random random) {
    var image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    var g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, SIZE, SIZE);
    g.setColor(colour);
    int side = 32 + random.nextInt(12);
    int x = (SIZE - side) / 2 + random.nextInt(13) - 6;
    int y = (SIZE - side) / 2 + random.nextInt(13) - 6;
    if (shape.equals("circle")) {
      g.fillOval(x, y, side, side);
    } else {
      g.fillRect(x, y, side, side);
    }
    return image;
  }
}
