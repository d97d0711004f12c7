package example;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class DrawingApplication {
  private final GenerationClient client;

  public DrawingApplication(GenerationClient client) {
    this.client = client;
  }

  // snippet: draw
  @GetMapping(path = "/draw", produces = "image/png")
  byte[] draw(@RequestParam String prompt) {
    return client.generate(Requests.textToImage(prompt).build()).images().get(0).png();
  }

  // end snippet

  public static void main(String[] args) {
    SpringApplication.run(DrawingApplication.class, args);
  }
}
