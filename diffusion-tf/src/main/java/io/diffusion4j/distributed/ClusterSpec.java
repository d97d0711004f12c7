package io.diffusion4j.distributed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The processes that train together.
 *
 * @param addresses {@code host:port} of each, by rank; at least one
 * @param rank the number of this process
 */
public record ClusterSpec(List<String> addresses, int rank) {
  /** The environment variable in which launchers of TensorFlow describe a cluster. */
  public static final String TF_CONFIG = "TF_CONFIG";

  private static final Set<String> CHIEFS = Set.of("chief", "master");
  private static final String WORKER = "worker";
  private static final String EVALUATOR = "evaluator";

  public ClusterSpec {
    addresses = List.copyOf(addresses);
    Check.that(!addresses.isEmpty(), "cluster", "empty", "at least one address");
    for (String address : addresses) {
      Check.that(
          address.matches("[^:\\s]+:[0-9]{1,5}|\\[[0-9a-fA-F:]+\\]:[0-9]{1,5}"),
          "cluster",
          address,
          "HOST:PORT");
    }
    Check.that(
        new HashSet<>(addresses).size() == addresses.size(),
        "cluster",
        String.join(",", addresses),
        "addresses that differ");
    Check.that(rank >= 0 && rank < addresses.size(), "task", rank, "0 to %d", addresses.size() - 1);
  }

  /**
   * Returns a cluster given by options.
   *
   * @param cluster addresses separated by commas, in the order of ranks
   */
  public static ClusterSpec of(String cluster, int task) {
    return new ClusterSpec(List.of(cluster.strip().split("\\s*,\\s*")), task);
  }

  /** Returns the number of processes. */
  public int size() {
    return addresses.size();
  }

  /** Returns the address of this process. */
  public String address() {
    return addresses.get(rank);
  }

  /**
   * Reads {@code TF_CONFIG}: rank 0 is the chief, or the first worker if there is none. Evaluators
   * are not part of the cluster.
   *
   * @param json its value; may be blank
   * @return empty if it describes no cluster, or a single process
   * @throws IllegalArgumentException if it is invalid, describes something else than synchronous
   *     training, or if this process is an evaluator or a parameter server
   */
  public static Optional<ClusterSpec> ofTfConfig(String json) {
    if (json.isBlank()) {
      return Optional.empty();
    }
    JsonNode config = parsed(json);
    JsonNode cluster = config.path("cluster");
    JsonNode task = config.path("task");
    String type = task.path("type").asText("").toLowerCase(Locale.ROOT);
    String protocol = config.path("rpc_layer").asText("grpc");
    require(protocol.equals("grpc"), "rpc_layer", protocol, "grpc");
    require(
        !type.equals(EVALUATOR),
        "task.type",
        type,
        "chief or worker; run evaluate or nll on the model instead");
    if (!cluster.isObject() || cluster.isEmpty()) {
      require(!cluster.isValueNode(), "cluster", cluster, "an object");
      return Optional.empty();
    }
    List<String> addresses = new ArrayList<>();
    int chiefs = 0;
    for (String name : CHIEFS.stream().sorted().toList()) {
      var some = addresses(cluster, name);
      chiefs += some.size();
      addresses.addAll(some);
    }
    require(chiefs <= 1, "cluster.chief", chiefs + " addresses", "one");
    addresses.addAll(addresses(cluster, WORKER));
    for (String name : (Iterable<String>) cluster::fieldNames) {
      boolean isKnown = CHIEFS.contains(name) || name.equals(WORKER) || name.equals(EVALUATOR);
      require(
          isKnown,
          "cluster",
          name,
          name.equals("ps") ? "no parameter servers: training is synchronous" : "chief or worker");
    }
    int index = index(task.path("index"));
    boolean isChief = CHIEFS.contains(type);
    require(isChief || type.equals(WORKER), "task.type", type, "chief or worker");
    require(
        index >= 0 && index < addresses(cluster, type).size(),
        "task.index",
        index,
        "that of one of cluster." + type);
    return addresses.size() == 1
        ? Optional.empty()
        : Optional.of(new ClusterSpec(addresses, isChief ? index : chiefs + index));
  }

  private static JsonNode parsed(String json) {
    try {
      JsonNode config = new ObjectMapper().readTree(json);
      require(config.isObject(), "value", json, "a JSON object");
      return config;
    } catch (JsonProcessingException e) {
      throw Check.refusal(TF_CONFIG, e.getOriginalMessage(), "JSON");
    }
  }

  private static List<String> addresses(JsonNode cluster, String type) {
    JsonNode list = cluster.path(type);
    require(
        list.isMissingNode() || list.isArray(),
        "cluster." + type,
        list,
        "a list of all addresses, not a sparse cluster");
    List<String> addresses = new ArrayList<>();
    list.forEach(address -> addresses.add(address.asText()));
    return addresses;
  }

  private static int index(JsonNode index) {
    try {
      return index.isInt() ? index.intValue() : Integer.parseInt(index.asText("none"));
    } catch (NumberFormatException e) {
      throw Check.refusal(TF_CONFIG + " task.index", index.asText("none"), "a number");
    }
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    Check.that(holds, TF_CONFIG + " " + name, value, "%s", expected);
  }
}
