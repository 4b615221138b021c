//! Two services on two threads. The order service asks the billing service for invoices, and waits for its
//! answers; one of its orders is one that the billing service can never read, and ends among the dead letters.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use queue_message::codec::{Json, MessagePack};
use queue_message::{
    Blocking, BoxError, ConfigParams, DEAD_LETTER_REASON, MemoryMessageQueue,
    MemoryMessageQueueConnection, MessageEnvelope, MessageQueue, MessageQueueConnection,
    MessageReceiver, Requester,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Order {
    number: u32,
    item: String,
    cents: u64,
}

#[derive(Serialize, Deserialize)]
struct Invoice {
    order: u32,
    cents_with_tax: u64,
}

/// Writes invoices for orders.
struct BillingService {
    connection: MemoryMessageQueueConnection,
}

#[async_trait]
impl MessageReceiver for BillingService {
    async fn receive_message(
        &self,
        message: MessageEnvelope,
        _queue: Arc<dyn MessageQueue>,
    ) -> Result<(), BoxError> {
        let order: Order = message.message_as_object(&Json).inspect_err(|error| {
            println!("billing: delivery {}: {error}", message.delivery_count());
        })?;
        println!("billing: order {} is for a {}", order.number, order.item);
        let invoice = Invoice {
            order: order.number,
            cents_with_tax: order.cents * 120 / 100,
        };
        let answer = MessageEnvelope::builder()
            .message_type("invoice")
            .message_as_object(&MessagePack, &invoice)?
            .build();
        self.connection.reply(&message, answer).await?;
        Ok(())
    }
}

/// Sends orders to the billing service.
struct OrderService {
    orders: Blocking<MemoryMessageQueue>,
    requester: Blocking<Requester>,
}

impl OrderService {
    fn run(&self) -> Result<(), BoxError> {
        self.order(1, "hat", 1250)?;
        // Its price is no number, which JSON does not mind.
        let poison = r#"{"number":2,"item":"scarf","cents":"a lot"}"#;
        self.orders
            .send(MessageEnvelope::new(None, "order", poison))?;
        self.order(3, "coat", 9900)
    }

    fn order(&self, number: u32, item: &str, cents: u64) -> Result<(), BoxError> {
        let order = Order {
            number,
            item: item.to_owned(),
            cents,
        };
        let request = MessageEnvelope::builder()
            .message_type("order")
            .message_as_object(&Json, &order)?
            .build();
        match self.requester.request(request, Duration::from_secs(30))? {
            Some(answer) => {
                let invoice: Invoice = answer.message_as_object(&MessagePack)?;
                println!(
                    "orders: order {} costs {} cents with tax",
                    invoice.order, invoice.cents_with_tax
                );
            }
            None => println!("orders: no invoice for order {number} in time"),
        }
        Ok(())
    }
}

pub(crate) fn main() -> Result<(), BoxError> {
    let connection = MemoryMessageQueueConnection::new();
    let dead_letters = connection
        .create("orders.dead", &ConfigParams::new())?
        .blocking();
    let settings = "max_deliveries=3; dead_letter=orders.dead".parse()?;
    let orders = connection.create("orders", &settings)?.blocking();
    let invoices = connection.create("invoices", &ConfigParams::new())?;

    let billing_service = BillingService { connection };
    let billing = orders.clone();
    let billing = thread::spawn(move || billing.listen(Arc::new(billing_service)));

    let order_service = OrderService {
        requester: Requester::new(orders.queue().clone(), Arc::new(invoices))?.blocking(),
        orders: orders.clone(),
    };
    let ordering = thread::spawn(move || order_service.run());
    ordering.join().expect("the order service does not panic")?;

    let mut letter = dead_letters
        .receive(Duration::ZERO)?
        .expect("the poison is there");
    println!("dead letter: {}", letter.message_as_string()?);
    println!("why: {}", letter.header(DEAD_LETTER_REASON).unwrap_or("?"));
    dead_letters.complete(&mut letter)?;

    // The billing service ends with its queue.
    orders.drain(Duration::MAX)?;
    billing
        .join()
        .expect("the billing service does not panic")?;
    Ok(())
}
