import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/** One node of OpenSearch, whose arguments are the folder it lives in and its port. */
public class OpenSearchNode extends Node {
  private OpenSearchNode(Environment environment) {
    super(environment, List.of(Netty4Plugin.class), false);
  }

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.builder()
        .put("path.home", args[0])
        .put("node.name", "one")
        .put("discovery.type", "single-node")
        .put("http.port", args[1])
        .put("network.host", "127.0.0.1")
        .put("transport.port", "0")
        .build();
    new OpenSearchNode(new Environment(settings, null)).start();
    new CountDownLatch(1).await();
  }
}
