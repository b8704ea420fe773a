/** What the editor starts with in a project that has no bundle. */
export const SAMPLE = `// Where nodes differ, use \${node.NAME}; each agent sets its own with --var NAME=VALUE.
system {
    worker-threads 0
}
listeners {
    listener "http" {
        address "0.0.0.0:\${node.http_port}"
    }
}
upstreams {
    upstream "shop" {
        target "127.0.0.1:8080"
    }
}
routes {
    route "shop" {
        matches {
            path-prefix "/"
        }
        upstream "shop"
    }
}
`;
