package io.diffusion4j.clip;

import static io.diffusion4j.tf.testing.Golden.assertClose;

import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The towers answer as Hugging Face's do, with their weights. */
class ClipParityTest {
  @TempDir Path folder = Path.of("");

  /** A folder with the configuration of a case as a model has it. */
  private Path model(GoldenCase golden, String className) throws IOException {
    var config = golden.config("config");
    config.putArray("architectures").add(className);
    Files.writeString(folder.resolve("config.json"), config.toString());
    return folder;
  }

  private static int depth(GoldenCase golden) {
    return golden.config("config").get("num_hidden_layers").asInt();
  }

  @GoldenTest(GoldenKind.CLIP_TEXT)
  void theTextTowerIsClipTextModelWithProjectionWithin1e5(GoldenCase golden) throws IOException {
    assertTextTower(golden, Precision.FLOAT32, 1e-5);
  }

  @GoldenTest(GoldenKind.CLIP_TEXT)
  void theTextTowerIsClipTextModelWithProjectionInBfloat16(GoldenCase golden) throws IOException {
    assertTextTower(golden, Precision.BFLOAT16, Golden.bfloat16(depth(golden)));
  }

  private void assertTextTower(GoldenCase golden, Precision precision, double tolerance)
      throws IOException {
    GoldenTensors io = golden.io();
    int endId = golden.config("config").get("eos_token_id").asInt();
    int rows = io.size("in.input_ids", 0);
    int length = io.size("in.input_ids", 1);
    int[] ids = io.ints("in.input_ids");
    float[] end = new float[ids.length];
    for (int row = 0; row < rows; row++) {
      int at = row * length;
      while (ids[at] != endId) {
        at++;
      }
      end[at] = 1;
    }
    var network = ClipFolders.readText(model(golden, "CLIPTextModelWithProjection"));
    List<float[]> outputs =
        new Golden(golden.folder())
            .run(
                network,
                new Batch(rows).ints(ClipTextNetwork.IDS, ids).floats(ClipTextNetwork.END, end),
                precision);
    assertClose(outputs.get(0), io.floats("out.last_hidden_state"), tolerance);
    assertClose(outputs.get(1), io.floats("out.text_embeds"), tolerance);
  }

  @GoldenTest(GoldenKind.CLIP_VISION)
  void theImageTowerIsClipVisionModelWithProjectionWithin1e5(GoldenCase golden) throws IOException {
    assertImageTower(golden, Precision.FLOAT32, 1e-5);
  }

  @GoldenTest(GoldenKind.CLIP_VISION)
  void theImageTowerIsClipVisionModelWithProjectionInBfloat16(GoldenCase golden)
      throws IOException {
    assertImageTower(golden, Precision.BFLOAT16, Golden.bfloat16(depth(golden)));
  }

  private void assertImageTower(GoldenCase golden, Precision precision, double tolerance)
      throws IOException {
    GoldenTensors io = golden.io();
    var network = ClipFolders.readVision(model(golden, "CLIPVisionModelWithProjection"));
    var outputs =
        new Golden(golden.folder())
            .run(
                network,
                new Batch(io.size("in.pixel_values", 0))
                    .floats(ClipVisionNetwork.PIXELS, io.image("in.pixel_values")),
                precision);
    assertClose(outputs.get(0), io.floats("out.image_embeds"), tolerance);
  }

  /** A published folder, whose settings name no class and repeat keys. */
  @GoldenTest(GoldenKind.KANDINSKY_TEXT)
  void theTextTowerOfKandinskyIsRead(GoldenCase golden) {
    GoldenTensors io = golden.io();
    int rows = io.size("in.input_ids", 0);
    int length = io.size("in.input_ids", 1);
    int[] ids = io.ints("in.input_ids");
    float[] end = new float[ids.length];
    for (int row = 0; row < rows; row++) {
      int largest = row * length; // the first of the largest: the end token pads too
      for (int at = largest; at < (row + 1) * length; at++) {
        largest = ids[at] > ids[largest] ? at : largest;
      }
      end[largest] = 1;
    }
    var batch = new Batch(rows).ints(ClipTextNetwork.IDS, ids).floats(ClipTextNetwork.END, end);
    var network = ClipFolders.readText(golden.folder());
    var outputs =
        new Golden(golden.folder())
            .run(network, batch, Precision.FLOAT32, ClipFolders::isParameter);
    assertClose(outputs.get(0), io.floats("out.last_hidden_state"), 1e-5);
    assertClose(outputs.get(1), io.floats("out.text_embeds"), 1e-5);
  }

  @GoldenTest(GoldenKind.KANDINSKY_IMAGE)
  void theImageTowerOfKandinskyIsRead(GoldenCase golden) {
    GoldenTensors io = golden.io();
    var network = ClipFolders.readVision(golden.folder());
    var batch =
        new Batch(io.size("in.pixel_values", 0))
            .floats(ClipVisionNetwork.PIXELS, io.image("in.pixel_values"));
    var outputs =
        new Golden(golden.folder())
            .run(network, batch, Precision.FLOAT32, ClipFolders::isParameter);
    assertClose(outputs.get(0), io.floats("out.image_embeds"), 1e-5);
  }
}
