package example;

import java.util.Base64;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

// snippet: application
@SpringBootApplication
@RestController
public class DrawingApplication {
  private final ImageModel images;

  public DrawingApplication(ImageModel images) {
    this.images = images;
  }

  @GetMapping(path = "/draw", produces = "image/png")
  byte[] draw(@RequestParam String prompt) {
    var image = images.call(new ImagePrompt(prompt)).getResult().getOutput();
    return Base64.getDecoder().decode(image.getB64Json());
  }

  public static void main(String[] args) {
    SpringApplication.run(DrawingApplication.class, args);
  }
}
// end snippet
