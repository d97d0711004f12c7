import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/** Draws discs, squares and rings in any colour, a folder for each: java Shapes.java FOLDER. */
class Shapes {
  private static final int SIZE = 32;
  private static final int EACH = 400;

  public static void main(String[] args) throws IOException {
    var random = new Random(1);
    Map<String, Integer> kinds = new TreeMap<>(Map.of("disc", 0, "ring", 1, "square", 2));
    for (var kind : kinds.entrySet()) {
      var folder = new File(args[0], kind.getKey());
      folder.mkdirs();
      for (int i = 0; i < EACH; i++) {
        ImageIO.write(draw(kind.getValue(), random), "png", new File(folder, i + ".png"));
      }
    }
  }

  private static BufferedImage draw(int kind, Random random) {
    var image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    var g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.getHSBColor(random.nextFloat(), 0.25f, 0.95f));
    g.fillRect(0, 0, SIZE, SIZE);
    g.setColor(Color.getHSBColor(random.nextFloat(), 0.9f, 0.6f));
    int side = 14 + random.nextInt(8);
    int x = 3 + random.nextInt(SIZE - side - 5);
    int y = 3 + random.nextInt(SIZE - side - 5);
    switch (kind) {
      case 0 -> g.fillOval(x, y, side, side);
      case 1 -> {
        g.setStroke(new BasicStroke(4));
        g.drawOval(x, y, side, side);
      }
      default -> g.fillRect(x, y, side, side);
    }
    return image;
  }
}
