package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.inject.util.Modules;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.PackagedModel;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import java.io.File;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class AskTest {
  @Test
  void drawsOverTheNetwork() throws Exception {
    var served = List.of(ServedModel.of(PackagedModel.unpack("emoji")));
    try (var models = LocalModels.load(served, OpenOptions.with(Residency.ALWAYS));
        var server = models.server(ServerConfig.loopback().withPort(0), Modules.EMPTY_MODULE)) {
      Ask.main(new String[] {"localhost:" + server.start().port()});
    }
    assertEquals(128, ImageIO.read(new File("apple.png")).getWidth());
  }
}
