package io.diffusion4j.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSpecTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'cluster':{'worker':['a:1','b:2']},'task':{'type':'worker','index':1}} | a:1,b:2 | 1",
        "{'cluster':{'worker':['a:1','b:2']},'task':{'type':'worker','index':'1'}} | a:1,b:2 | 1",
        "{'cluster':{'worker':['b:1'],'chief':['c:1']},'task':{'type':'chief','index':0}} | c:1,b:1"
            + " | 0",
        "{'cluster':{'worker':['b:1'],'chief':['c:1']},'task':{'type':'worker','index':0}} |"
            + " c:1,b:1 | 1",
        "{'cluster':{'master':['m:1'],'worker':['b:1','d:1']},'task':{'type':'Worker','index':1},'environment':'cloud'}"
            + " | m:1,b:1,d:1 | 2",
        "{'cluster':{'chief':['c:1'],'worker':['b:1'],'evaluator':['e:1']},'task':{'type':'worker','index':0},'rpc_layer':'grpc'}"
            + " | c:1,b:1 | 1"
      })
  void tfConfigIsRead(String json, String addresses, int rank) {
    assertThat(ClusterSpec.ofTfConfig(json.replace('\'', '"')))
        .contains(ClusterSpec.of(addresses, rank));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "{}",
        "{'cluster':{}}",
        "{'cluster':{'worker':['a:1']},'task':{'type':'worker','index':0}}",
        "{'cluster':{'chief':['a:1'],'evaluator':['b:1']},'task':{'type':'chief','index':0}}"
      })
  void withoutOthersAProcessTrainsAlone(String json) {
    assertThat(ClusterSpec.ofTfConfig(json.replace('\'', '"'))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'cluster':{'worker':['a:1','b:2']},'task':{'type':'worker','index':2}} | task.index: 2",
        "{'cluster':{'worker':['a:1','b:2']},'task':{'type':'worker','index':'x'}} | task.index: x",
        "{'cluster':{'worker':['a:1','b:2']},'task':{'type':'ps','index':0}} | task.type: ps",
        "{'cluster':{'worker':['a:1','b:2'],'ps':['p:1']},'task':{'type':'worker','index':0}} | no"
            + " parameter servers",
        "{'cluster':{'worker':['a:1'],'evaluator':['e:1']},'task':{'type':'evaluator','index':0}} |"
            + " run evaluate",
        "{'cluster':{'worker':{'1':'b:2'}},'task':{'type':'worker','index':1}} | not a sparse"
            + " cluster",
        "{'cluster':{'chief':['a:1'],'master':['b:1']},'task':{'type':'chief','index':0}} |"
            + " cluster.chief: 2 addresses",
        "{'cluster':{'worker':['a:1','b:2']},'task':{'type':'worker','index':0},'rpc_layer':'mpi'}"
            + " | rpc_layer: mpi",
        "{'cluster':{'worker':['a:1','b']},'task':{'type':'worker','index':0}} | cluster: b"
            + " (expected: HOST:PORT)",
        "{'cluster':{'worker':['a:1','a:1']},'task':{'type':'worker','index':0}} | addresses that"
            + " differ",
        "[1] | a JSON object",
        "{'cluster | TF_CONFIG: "
      })
  void whatIsNoSuchClusterIsRefused(String json, String message) {
    assertThatThrownBy(() -> ClusterSpec.ofTfConfig(json.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void processorsAreListed() {
    assertThat(LocalCluster.list("0-2,5, 8-8")).isEqualTo(List.of(0, 1, 2, 5, 8));
  }

  @Test
  void aTaskIsOneOfTheCluster() {
    assertThat(ClusterSpec.of("h0:2222, [::1]:2222", 1).address()).isEqualTo("[::1]:2222");
    assertThatThrownBy(() -> ClusterSpec.of("a:1,b:2", 2)).hasMessage("task: 2 (expected: 0 to 1)");
  }
}
