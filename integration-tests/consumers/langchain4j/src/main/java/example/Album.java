package example;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.CosineSimilarity;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.langchain4j.Diffusion4jEmbeddingModel;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.search.VectorIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

public final class Album {
  private Album() {}

  // snippet: embed
  /** Embeds the pictures of a folder. */
  static Map<String, Embedding> embed(EmbeddingModel model, Path folder) throws IOException {
    Map<String, Embedding> pictures = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        byte[] picture = Files.readAllBytes(file);
        pictures.put(
            file.getFileName().toString(), Diffusion4jEmbeddingModel.embed(model, picture));
      }
    }
    return pictures;
  }

  // end snippet

  // snippet: memory
  /** Finds the picture in memory that is nearest to a text or to another picture. */
  static String nearest(Map<String, Embedding> pictures, Embedding query) {
    return pictures.keySet().stream()
        .max(Comparator.comparing(name -> CosineSimilarity.between(pictures.get(name), query)))
        .orElseThrow();
  }

  // end snippet

  // snippet: lucene
  /** Finds the pictures in an index of Lucene, on disk, that are nearest to a query. */
  static List<String> nearest(Map<String, Embedding> pictures, Embedding query, Path index) {
    try (var vectors = VectorIndex.open(index, "the shipped CLIP", query.dimension())) {
      pictures.forEach((name, picture) -> vectors.add(Map.of(name, picture.vector())));
      vectors.commit();
      return vectors.nearest(query.vector(), 2).stream().map(hit -> hit.name()).toList();
    }
  }

  // end snippet

  private static byte[] draw(GenerationClient client, String prompt, long seed) {
    var request = Requests.textToImage(prompt).addSeeds(seed).build();
    return client.generate(request).images().get(0).png();
  }

  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0], "pictures"));
    try (var local = LocalGeneration.emoji()) {
      for (String name : List.of("a red apple", "a green frog", "a yellow sun")) {
        Files.write(folder.resolve(name + ".png"), draw(local.client(), name, 7));
      }
      EmbeddingModel model = new Diffusion4jEmbeddingModel(local.client(), "");
      Map<String, Embedding> pictures = embed(model, folder);
      System.out.println(nearest(pictures, model.embed("a frog").content()));
      Embedding apple =
          Diffusion4jEmbeddingModel.embed(model, draw(local.client(), "a red apple", 8));
      System.out.println(nearest(pictures, apple));
      System.out.println(nearest(pictures, apple, Path.of(args[0], "index")));
    }
  }
}
