package io.diffusion4j.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What editors and Spring Boot read of the jar. */
class MetadataTest {
  private static String resource(String name) throws IOException {
    try (var in = MetadataTest.class.getResourceAsStream("/META-INF/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void describesEveryProperty() throws IOException {
    JsonNode metadata = new ObjectMapper().readTree(resource("spring-configuration-metadata.json"));
    List<String> described = metadata.get("properties").findValuesAsText("name");
    List<String> bound =
        Stream.of(Diffusion4jProperties.class.getRecordComponents())
            .map(component -> component.getName().replaceAll("([A-Z])", "-$1"))
            .map(name -> "diffusion4j." + name.toLowerCase(Locale.ROOT))
            .toList();
    assertThat(described).isEqualTo(bound);
  }

  @Test
  void listsEveryAutoConfiguration() throws IOException {
    List<String> listed =
        resource("spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports")
            .lines()
            .toList();
    Path sources = Path.of("src/main/java/io/diffusion4j/springboot");
    try (Stream<Path> files = Files.list(sources)) {
      List<String> written =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("AutoConfiguration.java"))
              .map(name -> "io.diffusion4j.springboot." + name.replace(".java", ""))
              .toList();
      assertThat(listed).containsExactlyInAnyOrderElementsOf(written);
    }
  }
}
